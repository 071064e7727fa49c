import { redeliver, REDELIVERY_FIELDS, type Redeliverable } from './redeliver.ts';
import { type Repair, SWEEP_PAGE } from './sweeper.ts';

/** Finds running work whose holder is dead and whose job is gone too, and has it delivered anew: a claim takes it. */
export const redeliverLapsed: Repair = async ({ deps, now, cursor }) => {
  const page = await deps.models.ExecutionModel.find(
    { status: 'running', 'lease.until': { $lt: now }, _id: { $gt: cursor } },
    REDELIVERY_FIELDS,
  )
    .sort({ _id: 1 })
    .limit(SWEEP_PAGE)
    .lean<Redeliverable[]>();
  await Promise.all(page.map((execution) => redeliver(deps, execution, { now, alwaysNew: true })));
  return page.length < SWEEP_PAGE ? '' : (page.at(-1)?._id ?? '');
};

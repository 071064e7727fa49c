import { REDELIVERY_FIELDS, redeliverAll, type Redeliverable } from './redeliver.ts';
import { type Repair, SWEEP_PAGE } from './repair.ts';

/**
 * Redelivers runs without a lease, so that a claim takes them, and ends those whose lease cannot be read. No release
 * stores either; another program may.
 */
export const redeliverUnleased: Repair = async ({ deps, now }) => {
  const page = await deps.models.ExecutionModel.find(
    { status: 'running', 'lease.until': { $not: { $type: 'date' } } },
    { ...REDELIVERY_FIELDS, lease: 1 },
  )
    .limit(SWEEP_PAGE)
    .lean<Redeliverable[]>();
  await redeliverAll(deps, page, { now, alwaysNew: true });
  return '';
};

import type { ExecutionRecord } from '@mcp-server/shared';

import { REDELIVERY_FIELDS, redeliverAll, type Redeliverable } from './redeliver.ts';
import { type Repair, SWEEP_PAGE } from './repair.ts';

/**
 * Redelivers queued and retrying work whose job is unknown to Redis (the API died or Redis was away between insert and
 * add, or Redis was wiped). Never by age: a backlog is not a loss. The cursor moves over all of them.
 */
export const redeliverUnknown: Repair = async ({ deps, now, cursor }) => {
  const page = await deps.models.ExecutionModel.find(
    { status: { $in: ['queued', 'retrying'] satisfies ExecutionRecord['status'][] }, _id: { $gt: cursor } },
    REDELIVERY_FIELDS,
  )
    .sort({ _id: 1 })
    .limit(SWEEP_PAGE)
    .lean<Redeliverable[]>();
  await redeliverAll(deps, page, { now, alwaysNew: false });
  return page.length < SWEEP_PAGE ? '' : (page.at(-1)?._id ?? '');
};

import { type ExecutionRecord, findByIndex } from '@mcp-server/shared';

import { REDELIVERY_FIELDS, redeliverAll, type Redeliverable } from './redeliver.ts';
import { type Repair, SWEEP_PAGE } from './repair.ts';

const WAITING = ['queued', 'retrying'] satisfies ExecutionRecord['status'][];

/**
 * Redelivers queued and retrying work whose job is unknown to Redis (the API died or Redis was away between insert and
 * add, or Redis was wiped). Never by age: a backlog is not a loss. The cursor moves over all of them.
 */
export const redeliverUnknown: Repair = async ({ deps, now, cursor }) => {
  // One ordered scan for each status: both together would read and sort the whole backlog for every page.
  const scans = WAITING.map((status) =>
    findByIndex<ExecutionRecord, Redeliverable>(deps.models.ExecutionModel, {
      conditions: { status, _id: { $gt: cursor } },
      key: { status: 1, _id: 1 },
      sort: { _id: 1 },
      fields: REDELIVERY_FIELDS,
      limit: SWEEP_PAGE,
    }),
  );
  const page = (await Promise.all(scans))
    .flat()
    .toSorted((one, other) => (one._id < other._id ? -1 : 1))
    .slice(0, SWEEP_PAGE);
  await redeliverAll(deps, page, { now, alwaysNew: false });
  return page.length < SWEEP_PAGE ? '' : (page.at(-1)?._id ?? '');
};

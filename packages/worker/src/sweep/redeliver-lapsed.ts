import type { ExecutionRecord } from '@mcp-server/shared';

import { REDELIVERY_FIELDS, redeliverAll, type Redeliverable } from './redeliver.ts';
import { type Repair, SWEEP_PAGE } from './repair.ts';

/**
 * Redelivers running work whose holder is dead and whose job is gone too, so that a claim takes it. Pages by the end of
 * the lease; no more runs than the fleet has slots.
 */
export const redeliverLapsed: Repair = async ({ deps, now, cursor }) => {
  // No lower bound for the first page: a lease may have ended at any time.
  const after = cursor === '' ? {} : { $gt: new Date(cursor) };
  const page = await deps.models.ExecutionModel.find(
    { status: 'running', 'lease.until': { ...after, $lt: now } },
    { ...REDELIVERY_FIELDS, 'lease.until': 1 },
  )
    .sort({ 'lease.until': 1 })
    .limit(SWEEP_PAGE)
    .lean<(Redeliverable & Pick<ExecutionRecord, 'lease'>)[]>();
  await redeliverAll(deps, page, { now, alwaysNew: true });
  return page.length < SWEEP_PAGE ? '' : (page.at(-1)?.lease?.until.toISOString() ?? '');
};

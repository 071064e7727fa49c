import { END_STATUSES, type ExecutionRecord } from '@mcp-server/shared';

import { settle } from '../delivery/settle.ts';
import { type Repair, SWEEP_PAGE } from './repair.ts';

/** A worker settles within milliseconds; until this has passed, nothing counts as left behind. */
const SETTLE_AFTER_MS = 3_000;

/** Settles executions that ended, but whose worker or API died before it settled them. */
export const settleLeftovers: Repair = async ({ deps, now }) => {
  const unsettled = await deps.models.ExecutionModel.find({
    isUnsettled: true,
    status: { $in: END_STATUSES },
    endedAt: { $lt: new Date(now.getTime() - SETTLE_AFTER_MS) },
  })
    .limit(SWEEP_PAGE)
    .lean<ExecutionRecord[]>();
  for (const execution of unsettled) {
    deps.metrics.swept.inc({ repair: 'settled' });
    await settle(deps, execution);
  }
  return '';
};

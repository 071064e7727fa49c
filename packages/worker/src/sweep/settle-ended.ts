import { END_STATUSES, type ExecutionRecord } from '@mcp-server/shared';

import { settle } from '../delivery/settle.ts';
import { type Repair, SWEEP_PAGE } from './repair.ts';

/** Its own worker settles within milliseconds; before this nothing was left behind. */
const SETTLE_AFTER_MS = 3_000;

/** Settles what ended while its worker or API died before the telling. */
export const settleEnded: Repair = async ({ deps, now }) => {
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

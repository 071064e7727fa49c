import { endExpired, endFlagged, type ExecutionRecord } from '@mcp-server/shared';

import { settle } from '../delivery/settle.ts';
import type { Deps } from '../deps.ts';
import { type Repair, SWEEP_PAGE } from './repair.ts';

const WAITING = ['queued', 'retrying', 'input_required'];

/**
 * Ends work that no worker runs and that is past its deadline or flagged for cancelling. One page per turn; ended work
 * leaves the page.
 */
export const endOverdue: Repair = async ({ deps, now }) => {
  const isUnattended = [
    { status: { $in: WAITING } },
    // A live run handles its deadline and its flag itself.
    { status: 'running', 'lease.until': { $lt: now } },
  ];
  await endEach(
    deps,
    { isUnsettled: true, $or: isUnattended, deadlineAt: { $lte: now } },
    'expired',
    endExpired,
  );
  await endEach(deps, { $or: isUnattended, 'cancel.at': { $exists: true } }, 'cancelled', endFlagged);
  return '';
};

async function endEach(deps: Deps, filter: object, repair: string, end: typeof endExpired): Promise<void> {
  const { ExecutionModel } = deps.models;
  const executions = await ExecutionModel.find(filter, { _id: 1 })
    .limit(SWEEP_PAGE)
    .lean<Pick<ExecutionRecord, '_id'>[]>();
  for (const { _id: id } of executions) {
    const ended = await end(ExecutionModel, {
      id,
      retentionSeconds: deps.config.EXECUTION_RETENTION_SECONDS,
    });
    if (!ended) continue;
    deps.metrics.swept.inc({ repair });
    await settle(deps, ended);
  }
}

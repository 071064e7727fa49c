import {
  endCrashed,
  endExpired,
  endFlagged,
  type ExecutionRecord,
  isDatabaseAway,
  UNFINISHED_STATUSES,
} from '@mcp-server/shared';

import { endRefused } from '../delivery/end-unreadable.ts';
import { settle } from '../delivery/settle.ts';
import type { Deps } from '../deps.ts';
import { type Repair, SWEEP_PAGE } from './repair.ts';

const WAITING = ['queued', 'retrying', 'input_required'];

/**
 * Ends work that no worker runs and that is past its deadline or flagged for cancelling. One page per turn; ended work
 * leaves the page.
 */
export const endOverdue: Repair = async ({ deps, now }) => {
  const waits = { status: { $in: WAITING } };
  // A live run goes on past its deadline, and handles its flag itself.
  const hasLostItsHolder = { status: 'running', 'lease.until': { $lt: now } };
  const isPastDeadline = { isUnsettled: true, deadlineAt: { $lte: now } };
  await endEach(deps, { ...isPastDeadline, ...waits }, 'expired', endExpired);
  await endEach(deps, { ...isPastDeadline, ...hasLostItsHolder }, 'crashed', endCrashed);
  // A query uses a partial index only if it repeats the condition of the index.
  const isUnfinished = { status: { $in: UNFINISHED_STATUSES } };
  const isFlagged = { ...isUnfinished, $or: [waits, hasLostItsHolder], 'cancel.at': { $exists: true } };
  await endEach(deps, isFlagged, 'cancelled', endFlagged);
  return '';
};

async function endEach(deps: Deps, filter: object, repair: string, end: typeof endExpired): Promise<void> {
  const { ExecutionModel } = deps.models;
  const executions = await ExecutionModel.find(filter, { _id: 1 })
    .limit(SWEEP_PAGE)
    .lean<Pick<ExecutionRecord, '_id'>[]>();
  for (const { _id: id } of executions) {
    await endOne(deps, id, repair, end);
  }
}

async function endOne(deps: Deps, id: string, repair: string, end: typeof endExpired): Promise<void> {
  const retentionSeconds = deps.config.EXECUTION_RETENTION_SECONDS;
  try {
    const ended = await end(deps.models.ExecutionModel, { id, retentionSeconds });
    if (!ended) return;
    deps.metrics.swept.inc({ repair });
    await settle(deps, ended);
  } catch (error) {
    // A record that cannot be read must not keep the others from their end.
    if (isDatabaseAway(error)) throw error;
    if (!(await endRefused(deps, id))) throw error;
  }
}

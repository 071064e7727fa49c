import { endExpired, endFlagged, type ExecutionRecord } from '@mcp-server/shared';

import { settle } from '../delivery/settle.ts';
import { type Repair, SWEEP_PAGE } from './sweeper.ts';

/** Ends waiting work past its deadline, and flagged work that nobody runs. One page a turn; what is ended leaves it. */
export const endOverdue: Repair = async ({ deps, now }) => {
  const { ExecutionModel } = deps.models;
  const retentionSeconds = deps.config.EXECUTION_RETENTION_SECONDS;
  const overdue = await ExecutionModel.find(
    { status: { $in: ['queued', 'retrying', 'input_required'] }, deadlineAt: { $lte: now } },
    { _id: 1 },
  )
    .limit(SWEEP_PAGE)
    .lean<Pick<ExecutionRecord, '_id'>[]>();
  for (const { _id: id } of overdue) {
    const ended = await endExpired(ExecutionModel, { id, retentionSeconds });
    if (!ended) continue;
    deps.metrics.swept.inc({ repair: 'expired' });
    await settle(deps, ended);
  }

  const flagged = await ExecutionModel.find(
    { status: { $in: ['queued', 'retrying', 'input_required', 'running'] }, 'cancel.at': { $exists: true } },
    { _id: 1 },
  )
    .limit(SWEEP_PAGE)
    .lean<Pick<ExecutionRecord, '_id'>[]>();
  for (const { _id: id } of flagged) {
    const ended = await endFlagged(ExecutionModel, { id, retentionSeconds });
    if (!ended) continue;
    deps.metrics.swept.inc({ repair: 'cancelled' });
    await settle(deps, ended);
  }
  return '';
};

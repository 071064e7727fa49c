import { enqueueExecution, type ExecutionRecord, jobId } from '@mcp-server/shared';

import type { Deps } from '../deps.ts';

/** What a redelivery needs of a document. */
export const REDELIVERY_FIELDS = {
  _id: 1,
  seq: 1,
  status: 1,
  pool: 1,
  priority: 1,
  nextAttemptAt: 1,
  epoch: 1,
} as const;
export type Redeliverable = Pick<
  ExecutionRecord,
  '_id' | 'seq' | 'status' | 'pool' | 'priority' | 'nextAttemptAt' | 'epoch'
>;

/**
 * Asks Redis whether it knows the job of this execution, and makes a new one when it does not. `alwaysNew`: a job that
 * is unknown may have been taken, so a new `seq` makes sure that only one delivery is valid.
 */
export async function redeliver(
  deps: Deps,
  execution: Redeliverable,
  { now, alwaysNew }: { now: Date; alwaysNew: boolean },
): Promise<void> {
  const queue = deps.queueOf(execution.pool);
  const state = await queue.getJobState(jobId(execution._id, execution.seq));
  // Waiting, delayed or in some worker's hands: BullMQ delivers it.
  if (state !== 'unknown' && state !== 'completed' && state !== 'failed') return;
  const needsNewSeq = alwaysNew || state !== 'unknown';
  const current = needsNewSeq ? await raiseSeq(deps, execution) : execution;
  if (!current) return;
  const delayMs = current.nextAttemptAt ? current.nextAttemptAt.getTime() - now.getTime() : 0;
  await enqueueExecution(queue, current, Math.max(0, delayMs));
  deps.metrics.swept.inc({ repair: execution.status === 'running' ? 'lapsed' : 'redelivered' });
}

/** Raised before a new job is added, because the old one ended or was lost. Null when the state moved on meanwhile. */
async function raiseSeq(
  deps: Deps,
  { _id, seq, status, epoch }: Redeliverable,
): Promise<Redeliverable | null> {
  return deps.models.ExecutionModel.findOneAndUpdate(
    { _id, seq, status, epoch },
    { $inc: { seq: 1 } },
    { returnDocument: 'after', projection: REDELIVERY_FIELDS },
  ).lean<Redeliverable>();
}

import type { Model } from 'mongoose';

import { type ExecutionRecord, isEnded } from '../schemas/execution.ts';
import { closeAttempt, endFields, holdsNow, leaseHasLapsed, literal, NOW } from './db-time.ts';

const WAITING = ['queued', 'retrying', 'input_required'] as const;

export type CancelOutcome =
  /** No worker ran it: it is `cancelled` now, for good. */
  | { kind: 'cancelled'; execution: ExecutionRecord }
  /** It is running: the flag is set, and its worker reads it with the next beat at the latest. */
  | { kind: 'requested'; execution: ExecutionRecord }
  /** It had already ended; the first end written wins. */
  | { kind: 'ended'; execution: ExecutionRecord }
  | { kind: 'gone' };

/** Cancels an execution: a compare-and-set ends a waiting one; a running one gets a flag for its worker. */
export async function cancelExecution(
  model: Model<ExecutionRecord>,
  request: { id: string; by: string; retentionSeconds: number },
): Promise<CancelOutcome> {
  const { id } = request;
  for (;;) {
    const cancelled = await cancelWaiting(model, request);
    if (cancelled) return { kind: 'cancelled', execution: cancelled };
    const flagged = await flagRunning(model, request);
    if (flagged) return { kind: 'requested', execution: flagged };
    const execution = await model.findById(id).lean<ExecutionRecord>();
    if (!execution) return { kind: 'gone' };
    if (isEnded(execution.status)) return { kind: 'ended', execution };
    // Between the two writes it went from waiting to running or back: try again.
  }
}

async function flagRunning(
  model: Model<ExecutionRecord>,
  { id, by }: { id: string; by: string },
): Promise<ExecutionRecord | null> {
  return model
    .findOneAndUpdate(
      { _id: id, status: 'running' },
      [{ $set: { cancel: { $ifNull: ['$cancel', flag(by)] }, updatedAt: NOW } }],
      { returnDocument: 'after', updatePipeline: true, timestamps: false },
    )
    .lean<ExecutionRecord>();
}

const flag = (by: string) => ({ at: NOW, by: literal(by) });

async function cancelWaiting(
  model: Model<ExecutionRecord>,
  { id, by, retentionSeconds }: { id: string; by: string; retentionSeconds: number },
): Promise<ExecutionRecord | null> {
  return model
    .findOneAndUpdate(
      { _id: id, status: { $in: WAITING } },
      [
        {
          $set: {
            ...endFields(retentionSeconds),
            status: 'cancelled',
            cancel: { $ifNull: ['$cancel', flag(by)] },
          },
        },
        { $unset: ['nextAttemptAt'] },
      ],
      { returnDocument: 'after', updatePipeline: true, timestamps: false },
    )
    .lean<ExecutionRecord>();
}

/** Ends an execution whose cancel flag is set and that no worker runs (any more). Null otherwise. */
export async function endFlagged(
  model: Model<ExecutionRecord>,
  { id, retentionSeconds }: { id: string; retentionSeconds: number },
): Promise<ExecutionRecord | null> {
  return model
    .findOneAndUpdate(
      {
        _id: id,
        cancel: { $ne: null },
        $or: [{ status: { $in: WAITING } }, { status: 'running', ...holdsNow(leaseHasLapsed) }],
      },
      [
        {
          $set: {
            ...endFields(retentionSeconds),
            status: 'cancelled',
            attempts: closeAttempt('$epoch', { outcome: 'crashed' }),
          },
        },
        { $unset: ['nextAttemptAt', 'lease'] },
      ],
      { returnDocument: 'after', updatePipeline: true, timestamps: false },
    )
    .lean<ExecutionRecord>();
}

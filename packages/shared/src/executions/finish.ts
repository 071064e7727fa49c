import type { Model } from 'mongoose';

import type { ExecutionRecord, Failure } from '../schemas/execution.ts';
import { closeAttempt, endFields, inMs, literal, NOW, since } from './clock.ts';

/** How a run ended, as its worker saw it. `result` is JSON text. */
export type RunEnd =
  | { kind: 'completed'; result: string }
  | { kind: 'failed'; failure: Failure }
  | { kind: 'retry'; failure: Failure; delayMs: number }
  | { kind: 'cancelled' };

export interface FinishRequest {
  id: string;
  epoch: number;
  end: RunEnd;
  retentionSeconds: number;
}

export type FinishOutcome =
  | { kind: 'finished'; execution: ExecutionRecord }
  /** Another claim or a cancel was first: this attempt changed nothing. */
  | { kind: 'superseded' };

/**
 * Step 5, finish: one write, fenced by the epoch. A late writer matches nothing. A retry turns into `cancelled` when
 * the cancel flag was set meanwhile, so that no cancel is ever outrun by a retry.
 */
export async function finishExecution(
  model: Model<ExecutionRecord>,
  request: FinishRequest,
): Promise<FinishOutcome> {
  const { id, epoch } = request;
  const finished = await model
    .findOneAndUpdate({ _id: id, epoch, status: 'running' }, finishPipeline(request), {
      returnDocument: 'after',
      updatePipeline: true,
      timestamps: false,
    })
    .lean<ExecutionRecord>();
  if (finished) return { kind: 'finished', execution: finished };
  return readOwnFinish(model, request);
}

/** Nothing matched: either an earlier send of this very write arrived and only its reply was lost, or we are late. */
async function readOwnFinish(
  model: Model<ExecutionRecord>,
  { id, epoch, end }: FinishRequest,
): Promise<FinishOutcome> {
  const execution = await model.findById(id).lean<ExecutionRecord>();
  const outcome = execution?.attempts.find((attempt) => attempt.epoch === epoch)?.outcome;
  const isMine =
    execution && outcome !== undefined && (outcome === ATTEMPT_OUTCOME[end.kind] || outcome === 'cancelled');
  return isMine ? { kind: 'finished', execution } : { kind: 'superseded' };
}

const ATTEMPT_OUTCOME = {
  completed: 'completed',
  failed: 'failed',
  retry: 'failed',
  cancelled: 'cancelled',
} as const;

function finishPipeline({ epoch, end, retentionSeconds }: FinishRequest) {
  const ended = { ...endFields(retentionSeconds), runMs: sinceLastStart };
  const used = { $add: ['$attemptsUsed', 1] };
  switch (end.kind) {
    case 'completed':
      return close({
        ...ended,
        status: 'completed',
        result: literal(end.result),
        attemptsUsed: used,
        attempts: closeAttempt(epoch, { outcome: 'completed' }),
      });
    case 'failed':
      return close({
        ...ended,
        status: 'failed',
        failure: literal(end.failure),
        attemptsUsed: used,
        attempts: closeAttempt(epoch, { outcome: 'failed', error: literal(end.failure) }),
      });
    case 'cancelled':
      return close({
        ...ended,
        status: 'cancelled',
        attempts: closeAttempt(epoch, { outcome: 'cancelled' }),
      });
    case 'retry':
      return retryPipeline(epoch, end, retentionSeconds);
  }
}

const sinceLastStart = since({ $max: '$attempts.startedAt' });

function retryPipeline(epoch: number, end: RunEnd & { kind: 'retry' }, retentionSeconds: number) {
  const isCancelled = { $ne: [{ $type: '$cancel' }, 'missing'] };
  const ifCancelled = (value: unknown, otherwise: unknown) => ({ $cond: [isCancelled, value, otherwise] });
  const ended = endFields(retentionSeconds);
  return close({
    status: ifCancelled('cancelled', 'retrying'),
    attemptsUsed: { $add: ['$attemptsUsed', 1] },
    attempts: closeAttempt(epoch, { outcome: 'failed', error: literal(end.failure) }),
    nextAttemptAt: ifCancelled('$$REMOVE', inMs(end.delayMs)),
    endedAt: ifCancelled(ended.endedAt, '$$REMOVE'),
    expiresAt: ifCancelled(ended.expiresAt, '$$REMOVE'),
    updatedAt: NOW,
  });
}

const close = (fields: Record<string, unknown>) => [{ $set: fields }, { $unset: ['lease'] }];

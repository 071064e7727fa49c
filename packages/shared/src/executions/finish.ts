import type { Model } from 'mongoose';

import type { ExecutionRecord, Failure, ProgressRecord } from '../schemas/execution.ts';
import type { InputRecord } from '../schemas/input-record.ts';
import { closeAttempt, endFields, inMs, isDueBy, isUnset, literal, NOW, since } from './db-time.ts';
import { fingerprintOf } from './fingerprint.ts';

/** A question as the attempt asks it; `params` is JSON text. */
export type AskedInput = Pick<InputRecord, 'key' | 'method' | 'params'>;

/** How a run ended, as its worker saw it. `result` and `content` are JSON text. */
export type RunEnd =
  | { kind: 'completed'; result: string; content?: string }
  | { kind: 'failed'; failure: Failure; stack?: string }
  | { kind: 'retry'; failure: Failure; stack?: string; delayMs: number }
  /** The action asked and stopped: the execution waits for answers, and no attempt is counted. */
  | { kind: 'input_required'; inputs: readonly AskedInput[] }
  | { kind: 'cancelled' };

export interface FinishRequest {
  id: string;
  epoch: number;
  /** The action that ran; part of a failure's fingerprint. */
  of: Pick<ExecutionRecord, 'plugin' | 'action'>;
  end: RunEnd;
  retentionSeconds: number;
  /** Lets a completed run serve later executions. */
  cache?: { key: string; ttlMs: number } | undefined;
  /** The newest progress, if it is not stored yet. */
  progress?: ProgressRecord | undefined;
}

export type FinishOutcome =
  | { kind: 'finished'; execution: ExecutionRecord }
  /** Another claim or a cancel came first: this attempt changed nothing. */
  | { kind: 'superseded' };

/**
 * Step 5, finish: one write, fenced by the epoch. A late writer matches nothing. A retry or a question becomes
 * `cancelled` when the cancel flag is set by then, so that neither outruns a cancel.
 */
export async function finishExecution(
  model: Model<ExecutionRecord>,
  request: FinishRequest,
): Promise<FinishOutcome> {
  const { id, epoch } = request;
  const finished = await model
    .findOneAndUpdate({ _id: id, epoch, status: 'running' }, withProgress(request, finishPipeline(request)), {
      returnDocument: 'after',
      updatePipeline: true,
      timestamps: false,
    })
    .lean<ExecutionRecord>();
  if (finished) return { kind: 'finished', execution: finished };
  return readOwnFinish(model, request);
}

/**
 * Nothing matched: either an earlier send of this write arrived and only its reply was lost, or this attempt is too
 * late.
 */
async function readOwnFinish(model: Model<ExecutionRecord>, request: FinishRequest): Promise<FinishOutcome> {
  return judgeFinish(await model.findById(request.id).lean<ExecutionRecord>(), request);
}

/** Decides from a document read after the write whether this attempt's end was written. */
export function judgeFinish(
  execution: ExecutionRecord | null | undefined,
  { epoch, end }: FinishRequest,
): FinishOutcome {
  const outcome = execution?.attempts.find((attempt) => attempt.epoch === epoch)?.outcome;
  const isMine =
    execution && outcome !== undefined && (outcome === ATTEMPT_OUTCOME[end.kind] || outcome === 'cancelled');
  return isMine ? { kind: 'finished', execution } : { kind: 'superseded' };
}

const ATTEMPT_OUTCOME = {
  completed: 'completed',
  failed: 'failed',
  retry: 'failed',
  input_required: 'input_required',
  cancelled: 'cancelled',
} as const satisfies Record<RunEnd['kind'], string>;

/** A late progress is stored with the end: the beat that would have stored it finds no running execution any more. */
const withProgress = ({ progress }: FinishRequest, pipeline: Record<string, unknown>[]) =>
  progress ? [{ $set: { progress: literal(progress) } }, ...pipeline] : pipeline;

const failedAttempt = ({ failure, stack }: { failure: Failure; stack?: string }) => ({
  outcome: 'failed',
  error: literal(failure),
  ...(stack === undefined ? {} : { stack: literal(stack) }),
});

function finishPipeline({ epoch, of, end, retentionSeconds, cache }: FinishRequest) {
  const ended = { ...endFields(retentionSeconds), runMs: sinceLastStart };
  const used = { $add: ['$attemptsUsed', 1] };
  switch (end.kind) {
    case 'completed':
      return completedPipeline({ epoch, retentionSeconds, cache }, end);
    case 'failed':
      return close({
        ...ended,
        status: 'failed',
        failure: literal(end.failure),
        fingerprint: fingerprintOf(of, end.failure),
        attemptsUsed: used,
        attempts: closeAttempt(epoch, failedAttempt(end)),
      });
    case 'cancelled':
      return close({
        ...ended,
        status: 'cancelled',
        attempts: closeAttempt(epoch, { outcome: 'cancelled' }),
      });
    case 'retry':
      return retryPipeline({ epoch, of, retentionSeconds }, end);
    case 'input_required':
      return askPipeline(epoch, end, retentionSeconds);
  }
}

function completedPipeline(
  { epoch, retentionSeconds, cache }: Pick<FinishRequest, 'epoch' | 'retentionSeconds' | 'cache'>,
  { result, content }: RunEnd & { kind: 'completed' },
) {
  return close({
    ...plainEndFields({ epoch, retentionSeconds }, literal(result)),
    ...(content === undefined ? {} : { content: literal(content) }),
    ...(cache ? { cacheKey: literal(cache.key), cachedUntil: inMs(cache.ttlMs) } : {}),
  });
}

/** Update pipeline of a run that completed with a result only; `result` is an expression. */
export const plainEndPipeline = (fence: Pick<FinishRequest, 'epoch' | 'retentionSeconds'>, result: unknown) =>
  close(plainEndFields(fence, result));

const plainEndFields = (
  { epoch, retentionSeconds }: Pick<FinishRequest, 'epoch' | 'retentionSeconds'>,
  result: unknown,
) => ({
  ...endFields(retentionSeconds),
  runMs: sinceLastStart,
  status: 'completed',
  result,
  attemptsUsed: { $add: ['$attemptsUsed', 1] },
  attempts: closeAttempt(epoch, { outcome: 'completed' }),
});

const sinceLastStart = since({ $max: '$attempts.startedAt' });

const ifCancelled = (value: unknown, otherwise: unknown) => ({
  $cond: [isUnset('$cancel'), otherwise, value],
});

/** Appended to the failure of an attempt that its policy would have retried. */
const NOT_RETRIED = '(not retried: its deadline comes before the next attempt)';

/**
 * A failed attempt: the execution waits for its next one, unless the cancel flag is set or the deadline comes first. The
 * failure then keeps its kind and its fingerprint, so that it is grouped with those that had the time for a retry.
 */
function retryPipeline(
  { epoch, of, retentionSeconds }: Pick<FinishRequest, 'epoch' | 'of' | 'retentionSeconds'>,
  end: RunEnd & { kind: 'retry' },
) {
  const { failure, delayMs } = end;
  const startsTooLate = isDueBy(inMs(delayMs));
  const choose = (cancelled: unknown, failed: unknown, retrying: unknown) =>
    ifCancelled(cancelled, { $cond: [startsTooLate, failed, retrying] });
  const { endedAt, expiresAt } = endFields(retentionSeconds);
  const lastFailure = { ...failure, message: `${failure.message} ${NOT_RETRIED}` };
  return close({
    status: choose('cancelled', 'failed', 'retrying'),
    endedAt: choose(endedAt, endedAt, '$$REMOVE'),
    expiresAt: choose(expiresAt, expiresAt, '$$REMOVE'),
    failure: choose('$$REMOVE', literal(lastFailure), '$$REMOVE'),
    fingerprint: choose('$$REMOVE', fingerprintOf(of, failure), '$$REMOVE'),
    runMs: choose('$$REMOVE', sinceLastStart, '$$REMOVE'),
    nextAttemptAt: choose('$$REMOVE', '$$REMOVE', inMs(delayMs)),
    attemptsUsed: { $add: ['$attemptsUsed', 1] },
    attempts: closeAttempt(epoch, failedAttempt(end)),
    updatedAt: NOW,
  });
}

function askPipeline(
  epoch: number,
  { inputs }: RunEnd & { kind: 'input_required' },
  retentionSeconds: number,
) {
  const questions = inputs.map(({ key, method, params }) => ({
    key: literal(key),
    method: literal(method),
    params: literal(params),
    epoch,
    askedAt: NOW,
  }));
  const { endedAt, expiresAt } = endFields(retentionSeconds);
  return close({
    status: ifCancelled('cancelled', 'input_required'),
    endedAt: ifCancelled(endedAt, '$$REMOVE'),
    expiresAt: ifCancelled(expiresAt, '$$REMOVE'),
    updatedAt: NOW,
    attempts: closeAttempt(epoch, { outcome: ifCancelled('cancelled', 'input_required') }),
    inputs: { $concatArrays: [{ $ifNull: ['$inputs', []] }, questions] },
  });
}

const close = (fields: Record<string, unknown>) => [{ $set: fields }, { $unset: ['lease'] }];

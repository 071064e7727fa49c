import { randomUUID } from 'node:crypto';

import * as errors from '../errors.ts';
import { acceptExecution } from '../executions/accept.ts';
import type { EnqueueOptions } from '../executions/enqueue.ts';
import { mirrorTask } from '../executions/settle.ts';
import type { ExecutionRecord } from '../schemas/execution.ts';
import { findByFireTime, findByIdempotencyKey } from '../stores/executions.ts';
import { answerFromCache, settleCached } from './answer-from-cache.ts';
import type { ActionVersion } from './catalogue.ts';
import { checkEarlyAnswers, checkPayload } from './check-payload.ts';
import type { Submission, SubmitDeps, Submitted } from './submission.ts';

/**
 * Accepts one execution and enqueues it: the only entry for tasks, calls, tools and schedules. Once it resolves, the
 * work is promised.
 * @throws {errors.UnknownPlugin} {errors.UnknownAction} {errors.PayloadTooLarge} {errors.InvalidPayload}
 * {errors.TooManyUnfinished} {errors.Overloaded} {errors.IdempotencyConflict} {errors.DatabaseUnavailable}
 * {errors.AcceptUnknown}
 */
export async function submitExecution(deps: SubmitDeps, submission: Submission): Promise<Submitted> {
  const { ownerId, idempotency } = submission;
  if (!idempotency) return submitOnce(deps, submission);
  return deps.submissionMutex.run(`${ownerId} ${idempotency.idempotencyKey}`, () =>
    submitOnce(deps, submission),
  );
}

async function submitOnce(deps: SubmitDeps, submission: Submission): Promise<Submitted> {
  const earlier = await findEarlier(deps, submission);
  if (earlier) return repeatOf(deps, earlier, submission);
  const [target, now] = await Promise.all([
    deps.catalogue.find(submission.plugin, submission.action),
    deps.databaseClock.now(),
  ]);
  const { text: payload, version } = checkPayload(target, submission, deps.config.MAX_PAYLOAD_BYTES);
  const earlyAnswers = checkEarlyAnswers(submission.earlyAnswers, deps.config.MAX_PAYLOAD_BYTES);
  const texts = { payload, ...(earlyAnswers === undefined ? {} : { earlyAnswers }) };
  const record = toRecord(deps.config, submission, version, { ...texts, createdAt: now });
  const completed = await answerFromCache(deps, submission, { record, version });
  if (completed) return acceptCompleted(deps, submission, completed);
  await deps.admission.admit(submission.ownerId);
  const place = submission.start ? undefined : deps.queues.takePlace(record);
  // `add` reports it; a place that is not used is lost, and costs its owner one.
  place?.catch(() => undefined);
  const acceptance = await acceptExecution(deps.models.ExecutionModel, record, deps.writes.insert);
  if (acceptance.kind === 'conflict') throw new errors.IdempotencyConflict();
  const { execution } = acceptance;
  if (acceptance.kind === 'repeated') return repeatOf(deps, execution, submission);
  const isEnqueued = await enqueueAndAnnounce(deps, execution, { delayMs: submission.start?.inMs, place });
  return { execution, isRepeat: false, isEnqueued };
}

/** Accepts what a cached result answers. It has ended, so it occupies nothing and no worker takes it. */
async function acceptCompleted(
  deps: SubmitDeps,
  submission: Submission,
  completed: ExecutionRecord,
): Promise<Submitted> {
  const { ExecutionModel } = deps.models;
  const acceptance = await acceptExecution(ExecutionModel, completed, deps.writes.insert);
  if (acceptance.kind === 'conflict') throw new errors.IdempotencyConflict();
  const { execution } = acceptance;
  if (acceptance.kind === 'repeated') return repeatOf(deps, execution, submission);
  await settleCached(deps, execution);
  return { execution, isRepeat: false, isEnqueued: true };
}

/**
 * Looks for an earlier execution before any other check: a repeat gets the first response even if limits or the
 * catalogue have changed.
 */
async function findEarlier({ models }: SubmitDeps, submission: Submission) {
  const { ownerId, idempotency, taskId, fireTime } = submission;
  if (taskId !== undefined && fireTime) return findByFireTime(models.ExecutionModel, { taskId, fireTime });
  if (!idempotency) return undefined;
  const { idempotencyKey } = idempotency;
  return findByIdempotencyKey(models.ExecutionModel, { ownerId, idempotencyKey });
}

async function repeatOf(
  deps: SubmitDeps,
  execution: ExecutionRecord,
  { idempotency, fireTime }: Submission,
): Promise<Submitted> {
  if (execution.bodyHash !== idempotency?.bodyHash) throw new errors.IdempotencyConflict();
  // The process that created it may have died before it was enqueued. A caller's repeat leaves that to the sweep; a
  // tick enqueues at once.
  const isStranded = fireTime !== undefined && execution.status === 'queued';
  return {
    execution,
    isRepeat: true,
    isEnqueued: isStranded ? await enqueueAndAnnounce(deps, execution) : true,
  };
}

function toRecord(
  config: SubmitDeps['config'],
  submission: Submission,
  { plugin, action }: ActionVersion,
  accepted: Pick<ExecutionRecord, 'payload' | 'earlyAnswers' | 'createdAt'>,
): ExecutionRecord {
  const { ownerId, source, priority, taskId, fireTime, rerunOf, redriveId } = submission;
  const { start, requestId, mcpCall, idempotency } = submission;
  const { createdAt } = accepted;
  return {
    _id: submission.id ?? randomUUID(),
    ownerId,
    ...(taskId === undefined ? {} : { taskId }),
    ...(fireTime === undefined ? {} : { fireTime }),
    ...(rerunOf === undefined ? {} : { rerunOf }),
    ...(redriveId === undefined ? {} : { redriveId }),
    source,
    plugin: plugin.id,
    action: action.name,
    pluginVersion: plugin.version,
    pool: plugin.pool,
    ...accepted,
    policy: toPolicy(submission, action, config.MAX_CRASHES),
    status: 'queued',
    isUnsettled: true,
    seq: 1,
    epoch: 0,
    attemptsUsed: 0,
    crashes: 0,
    handBacks: 0,
    attempts: [],
    ...(start ? { nextAttemptAt: start.at } : {}),
    deadlineAt: new Date((start?.at ?? createdAt).getTime() + config.EXECUTION_DEADLINE_SECONDS * 1_000),
    priority,
    ...idempotency,
    ...(requestId === undefined ? {} : { requestId }),
    ...(mcpCall === undefined ? {} : { mcpCall }),
    updatedAt: createdAt,
  };
}

const toPolicy = (
  { retry, timeoutMs }: Submission,
  action: ActionVersion['action'],
  maxCrashes: number,
): ExecutionRecord['policy'] => ({
  retry: { ...action.retry, ...retry },
  timeoutMs: timeoutMs ?? action.timeoutMs,
  onCrash: action.onCrash,
  maxCrashes,
});

/**
 * Publishes that an execution is `queued`, and enqueues it; false when the sweep must enqueue it. Nothing here may fail
 * the request: the execution is stored, and the sweep and settle repair the rest.
 */
export async function enqueueAndAnnounce(
  { models, queues, events, logger }: Pick<SubmitDeps, 'models' | 'queues' | 'events' | 'logger'>,
  execution: ExecutionRecord,
  options: EnqueueOptions = {},
): Promise<boolean> {
  const executionId = execution._id;
  // First, so that this event comes before a worker's event of the start.
  events.write(execution);
  const [mirrored, added] = await Promise.allSettled([
    mirrorTask(models.TaskModel, execution),
    queues.add(execution, options),
  ]);
  if (mirrored.status === 'rejected') {
    logger.warn({ err: mirrored.reason as unknown, executionId }, 'task not mirrored; leaving it to settle');
  }
  if (added.status === 'rejected') {
    logger.warn(
      { err: added.reason as unknown, executionId },
      'execution not enqueued; leaving it to the sweep',
    );
  }
  return added.status === 'fulfilled';
}

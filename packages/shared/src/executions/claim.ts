import type { Model } from 'mongoose';

import { isDatabaseAway, isWriteConflict } from '../connections/mongo-errors.ts';
import { type ExecutionRecord, isEnded } from '../schemas/execution.ts';
import {
  closeAttempt,
  holdsNow,
  inMs,
  leaseHasLapsed,
  leaseLapsesAt,
  literal,
  NOW,
  since,
} from './db-time.ts';
import { findMissingFields } from './end-unreadable.ts';
import { readExecution, type Reading } from './read.ts';

export interface ClaimRequest {
  id: string;
  seq: number;
  worker: string;
  /** Random; identifies this claim when it is read back. */
  token: string;
  leaseMs: number;
  /** False after this process lost contact with the database: owners must first get the chance to renew. */
  canJudgeLeases: boolean;
  /** False while this process runs another suspect (an execution whose process died before). */
  canTakeSuspect: boolean;
  /** Plugins of which no action may start. */
  pausedPlugins?: readonly string[];
}

/**
 * Step 3, claim: compare-and-set to `running` under a new epoch and a lease. A crashed predecessor's attempt is closed
 * in the same write. Resolves to undefined when nothing matched; `readMiss` then says why. After a lost reply the claim
 * is read back by its token: an unnoticed claim would lapse and count as a crash. `send` may batch the write with
 * others.
 */
export async function claimExecution(
  model: Model<ExecutionRecord>,
  request: ClaimRequest,
  send: (request: ClaimRequest) => Promise<ExecutionRecord | undefined> = (alone) => claimOne(model, alone),
): Promise<ExecutionRecord | undefined> {
  try {
    return await send(request);
  } catch (error) {
    if (!isDatabaseAway(error) && !isWriteConflict(error)) throw error;
    return (await send(request)) ?? (await readOwnClaim(model, request));
  }
}

/** Sends the write of one claim. */
export async function claimOne(
  model: Model<ExecutionRecord>,
  request: ClaimRequest,
): Promise<ExecutionRecord | undefined> {
  const { id, token } = request;
  const execution = await model
    .findOneAndUpdate({ _id: id, ...claimable(request) }, claimPipeline(request, literal(token)), {
      returnDocument: 'after',
      updatePipeline: true,
      timestamps: false,
    })
    .lean<ExecutionRecord>();
  return execution ?? undefined;
}

async function readOwnClaim(
  model: Model<ExecutionRecord>,
  { id, token }: ClaimRequest,
): Promise<ExecutionRecord | undefined> {
  const own = await model
    .findOne({ _id: id, status: 'running', 'lease.token': token })
    .lean<ExecutionRecord>();
  return own ?? undefined;
}

/** Filter for the documents that this request may claim, besides the id. */
export function claimable({ seq, canJudgeLeases, canTakeSuspect, pausedPlugins = [] }: ClaimRequest): object {
  const states: Record<string, unknown>[] = [
    { status: 'queued', nextAttemptAt: { $exists: false } },
    {
      status: { $in: ['queued', 'retrying'] },
      nextAttemptAt: { $exists: true },
      ...holdsNow({ $lte: ['$nextAttemptAt', NOW] }),
    },
  ];
  if (canJudgeLeases && canTakeSuspect) {
    states.push({
      status: 'running',
      'policy.onCrash': 'rerun',
      ...holdsNow({ $and: [leaseHasLapsed, mayCrashAgain] }),
    });
  }
  return {
    seq,
    cancel: null,
    $or: states,
    ...holdsNow({ $gt: [{ $ifNull: ['$deadlineAt', inMs(1)] }, NOW] }),
    ...(canTakeSuspect ? {} : { crashes: 0 }),
    ...(pausedPlugins.length === 0 ? {} : { plugin: { $nin: [...pausedPlugins] } }),
  };
}

const mayCrashAgain = { $lt: [{ $add: ['$crashes', 1] }, '$policy.maxCrashes'] };

/** Update pipeline of a claim; `token` is an expression. */
export const claimPipeline = (request: ClaimRequest, token: unknown) => [
  { $set: claimUpdate(request, token) },
  { $unset: ['nextAttemptAt', 'progress', 'lacksAction', 'heldAt'] },
];

/**
 * Number of the newest attempts that are kept. Retries, crashes and questions have limits of their own; hand-backs have none, and the
 * record must not grow without bound.
 */
const MAX_ATTEMPTS_KEPT = 500;

function claimUpdate({ worker, leaseMs }: ClaimRequest, token: unknown) {
  const nextEpoch = { $add: ['$epoch', 1] };
  const attempt = { epoch: nextEpoch, worker: literal(worker), startedAt: NOW };
  const attempts = { $concatArrays: [closeAttempt('$epoch', { outcome: 'crashed' }), [attempt]] };
  return {
    status: 'running',
    epoch: nextEpoch,
    lease: { until: inMs(leaseMs), worker: literal(worker), token },
    crashes: { $add: ['$crashes', { $cond: [{ $eq: ['$status', 'running'] }, 1, 0] }] },
    attempts: { $slice: [attempts, -MAX_ATTEMPTS_KEPT] },
    waitMs: { $ifNull: ['$waitMs', since({ $max: ['$createdAt', '$nextAttemptAt'] })] },
    updatedAt: NOW,
  };
}

/**
 * Reason why a delivered job could not be claimed, which decides what happens to the job. Delays are in milliseconds.
 */
export type ClaimMiss =
  | { kind: 'gone' }
  | { kind: 'ended'; execution: ExecutionRecord }
  /** Another job delivers this execution by now, or it waits for input: this delivery is void. */
  | { kind: 'void' }
  | { kind: 'cancelled'; execution: ExecutionRecord }
  | { kind: 'expired'; execution: ExecutionRecord }
  | { kind: 'crashed_out'; execution: ExecutionRecord }
  /** Its record lacks what a run needs. */
  | { kind: 'unreadable'; execution: ExecutionRecord }
  /** Its plugin is paused: the caller marks it as held, and it is woken when the pause ends. */
  | { kind: 'paused'; execution: ExecutionRecord }
  /** Not now: a live lease, a time not yet reached, or a suspect while another one runs here. */
  | { kind: 'later'; delayMs: number; reason: 'leased' | 'not_due' | 'suspect' | 'raced' };

/** A process starts one suspect at a time; it looks at the others again after this pause. */
const SUSPECT_DELAY_MS = 50;
/** Delay with which a process that may not judge leases yet passes the job on. */
const JUDGED_ELSEWHERE_DELAY_MS = 150;
/** Delay when the state changed between the claim and the read. */
const RACED_DELAY_MS = 100;
/** The database's and BullMQ's timers differ a little; without this a job returns a moment too early. */
const TIMER_SLACK_MS = 20;

/** Reads the document behind a missed claim and explains the miss. */
export async function readMiss(model: Model<ExecutionRecord>, request: ClaimRequest): Promise<ClaimMiss> {
  const reading = await readExecution(model, request.id);
  return reading ? explainMiss(reading, request) : { kind: 'gone' };
}

const LONG_AGO = new Date(0);

function explainMiss({ execution, now }: Reading, request: ClaimRequest): ClaimMiss {
  const { status, lease, crashes, policy, cancel, deadlineAt, nextAttemptAt, plugin } = execution;
  if (isEnded(status)) return { kind: 'ended', execution };
  // A run without a lease has no holder that could renew it.
  const lapsesAt = lease ? leaseLapsesAt(lease, crashes) : LONG_AGO;
  const isHeld = status === 'running' && lapsesAt >= now;
  if (!isHeld && findMissingFields(execution).length > 0) return { kind: 'unreadable', execution };
  if (execution.seq !== request.seq || status === 'input_required') return { kind: 'void' };
  if (status === 'running') {
    if (lapsesAt >= now) return later('leased', lapsesAt.getTime() - now.getTime());
    // Another process may be able to judge it, so the job must not stay here.
    if (!request.canJudgeLeases) return later('leased', JUDGED_ELSEWHERE_DELAY_MS);
    if (cancel) return { kind: 'cancelled', execution };
    const isOver = deadlineAt !== undefined && deadlineAt <= now;
    if (policy.onCrash === 'fail' || crashes + 1 >= policy.maxCrashes || isOver)
      return { kind: 'crashed_out', execution };
    if (request.pausedPlugins?.includes(plugin)) return { kind: 'paused', execution };
    return later('suspect', request.canTakeSuspect ? RACED_DELAY_MS : SUSPECT_DELAY_MS);
  }
  if (cancel) return { kind: 'cancelled', execution };
  if (deadlineAt && deadlineAt <= now) return { kind: 'expired', execution };
  if (nextAttemptAt && nextAttemptAt > now) return later('not_due', nextAttemptAt.getTime() - now.getTime());
  if (request.pausedPlugins?.includes(plugin)) return { kind: 'paused', execution };
  if (crashes > 0 && !request.canTakeSuspect) return later('suspect', SUSPECT_DELAY_MS);
  return later('raced', RACED_DELAY_MS);
}

const later = (reason: 'leased' | 'not_due' | 'suspect' | 'raced', delayMs: number): ClaimMiss => ({
  kind: 'later',
  reason,
  delayMs: delayMs + TIMER_SLACK_MS,
});

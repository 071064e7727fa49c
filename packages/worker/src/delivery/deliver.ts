import type { Action, Plugin } from '@mcp-server/plugin-sdk';
import type { AttemptEnd } from '@mcp-server/plugin-sdk/attempt';
import {
  ExecutionJob,
  type ExecutionRecord,
  type Failure,
  type FinishRequest,
  isDatabaseAway,
  mirrorTask,
  type RunEnd,
  seqOf,
} from '@mcp-server/shared';
import { type Job, UnrecoverableError } from 'bullmq';

import { buildKeepResult } from '../attempt/cache-entry.ts';
import { logAttempt } from '../attempt/log-attempt.ts';
import { publishProgress } from '../attempt/progress.ts';
import { isLastChance, runAction } from '../attempt/run.ts';
import type { Run, Runs } from '../attempt/runs.ts';
import { findAction, type PluginSet } from '../catalogue/load-plugins.ts';
import type { Deps } from '../deps.ts';
import type { Abandoned } from './abandoned.ts';
import { claim, type Claim } from './claim.ts';
import type { DatabaseContact } from './contact.ts';
import { endRefused } from './end-unreadable.ts';
import { handBack, offerEnd, yieldClaim } from './finish.ts';
import type { HandOver, Work } from './hand-over.ts';
import { deferJob, returnToQueue } from './leave-job.ts';
import type { LostClaims } from './lost-claims.ts';
import type { Pauses } from './pauses.ts';
import { publishWaiting } from './publish-waiting.ts';
import { settle } from './settle.ts';
import type { SuspectSlot } from './suspects.ts';

export interface Delivery {
  plugins: PluginSet;
  runs: Runs;
  contact: DatabaseContact;
  suspects: SuspectSlot;
  lostClaims: LostClaims;
  handOver: HandOver;
  pauses: Pauses;
  abandoned: Abandoned;
  /** Aborted at the end of the grace: nothing may wait any longer. */
  giveUp: AbortSignal;
  /** True from the start of a stop: a job that arrives then goes back untouched. */
  isStopping(): boolean;
  /** Called when the database did not answer a claim. */
  onDatabaseAway(): void;
}

/** Only a fixed code is ever thrown into BullMQ: a message would be stored in Redis. */
export const NOT_AN_EXECUTION_JOB = 'not_an_execution_job';

/** Delay of 1 to 5 s before a claim that failed because the database is away is retried. */
const DATABASE_AWAY_DELAY_MS = { min: 1_000, spread: 4_000 };

/** Delay after which a claim that could not be ended is looked at again. */
const UNREADABLE_DELAY_MS = 5_000;

/**
 * Takes one delivered job through claim, run, finish and settle. Resolving completes the job in BullMQ; every other
 * exit moves the job first and then throws the error that makes BullMQ leave it alone.
 */
export async function deliver(
  deps: Deps,
  delivery: Delivery,
  pool: string,
  job: Job<ExecutionJob>,
  token: string,
): Promise<string> {
  const parsed = ExecutionJob.safeParse(job.data);
  if (!parsed.success || job.id === undefined) throw new UnrecoverableError(NOT_AN_EXECUTION_JOB);
  const id = parsed.data.executionId;
  if (delivery.isStopping()) return returnToQueue(job, token);

  const delivered = { id, seq: seqOf(job.id), pool, name: job.name, takes: job.attemptsStarted };
  const outcome = await claimOrPassOn(deps, delivery, delivered).catch((error: unknown) =>
    followClaimError(deps, delivery, id, error),
  );
  switch (outcome.kind) {
    case 'later':
      return deferJob(job, token, outcome);
    case 'pool_paused':
      await deps.queueOf(pool).pause();
      return returnToQueue(job, token);
    case 'nothing':
      return 'nothing';
    case 'ended':
      // Its job was lost before it could end, or an operator retried it.
      if (outcome.isSettled)
        deps.log.info(
          { executionId: id },
          'job delivered again: its execution has ended, so nothing was run',
        );
      else await settle(deps, outcome.execution);
      return endJob(outcome.execution);
    case 'unreadable':
      delivery.suspects.free(id);
      return outcome.execution
        ? endJob(outcome.execution)
        : deferJob(job, token, { delayMs: UNREADABLE_DELAY_MS });
    case 'claimed': {
      const run = delivery.runs.add(outcome.execution, outcome.token);
      deps.metrics.running.set(delivery.runs.size);
      deps.events.write(outcome.execution);
      delivery.suspects.startProbation(id, { alone: isLastChance(outcome.execution) });
      try {
        return await runClaimed(deps, delivery, run, { job, token, takes: delivered.takes });
      } finally {
        delivery.runs.remove(run);
        delivery.suspects.free(id);
        deps.metrics.running.set(delivery.runs.size);
      }
    }
  }
}

/** Claims the execution, unless it is clear before that others have to run it. */
async function claimOrPassOn(
  deps: Deps,
  delivery: Delivery,
  delivered: Parameters<HandOver['delayBeforeClaim']>[0],
): Promise<Claim> {
  const delayMs = await delivery.handOver.delayBeforeClaim(delivered);
  if (delayMs === undefined) return claim(deps, delivery, delivered);
  deps.metrics.claimMisses.inc({ reason: 'passed_on' });
  return { kind: 'later', delayMs };
}

/** A record that cannot be read makes every claim fail, so its execution is ended. */
async function followClaimError(
  deps: Deps,
  delivery: Delivery,
  executionId: string,
  err: unknown,
): Promise<Claim> {
  deps.log.warn({ err, executionId }, 'claim failed');
  if (isDatabaseAway(err)) delivery.onDatabaseAway();
  else {
    const execution = await endRefused(deps, executionId).catch(() => undefined);
    if (execution) return { kind: 'ended', execution, isSettled: true };
  }
  const { min, spread } = DATABASE_AWAY_DELAY_MS;
  return { kind: 'later', delayMs: min + Math.random() * spread };
}

interface Taken {
  job: Job;
  token: string;
  takes: number;
}

async function runClaimed(
  deps: Deps,
  delivery: Delivery,
  run: Run,
  { job, token, takes }: Taken,
): Promise<string> {
  const { execution } = run;
  // Looked up once: another version may replace it while this one runs.
  const plugin = delivery.plugins.get(execution.plugin);
  const action = findAction(delivery.plugins, execution.plugin, execution.action);
  const ended =
    plugin && action
      ? await runToEnd(deps, delivery, run, { plugin, action, takes })
      : await passOn(deps, delivery, run, {
          refusal: undefined,
          findDelay: () => delivery.handOver.delayWithoutAction(workOf(run, takes)),
        });
  if (ended.kind === 'passed_on') return deferJob(job, token, ended);
  if (ended.kind === 'handed_back') return returnToQueue(job, token);
  if (ended.kind === 'left') return 'superseded';
  const { status, nextAttemptAt, updatedAt } = ended.execution;
  if (status === 'retrying' && nextAttemptAt) {
    return deferJob(job, token, {
      delayMs: nextAttemptAt.getTime() - updatedAt.getTime(),
      losesPlace: true,
    });
  }
  return endJob(ended.execution);
}

/**
 * Ends the job as its execution has ended, so that the dashboard shows the same. Called after settling: what follows
 * here decides nothing. Only the kind of a failure goes to Redis, because its message may hold secrets.
 */
function endJob({ status, failure }: ExecutionRecord): string {
  if (status === 'failed') throw new UnrecoverableError(failure?.kind ?? 'error');
  return status;
}

const OUTCOME_UNKNOWN: RunEnd = {
  kind: 'failed',
  failure: {
    kind: 'outcome_unknown',
    message: 'Its worker stopped while it ran. The action must not be repeated, so its outcome is unknown.',
  },
};

type Ended =
  | { kind: 'ended'; execution: ExecutionRecord }
  | { kind: 'handed_back' }
  | { kind: 'passed_on'; delayMs: number }
  | { kind: 'left' };

const workOf = ({ execution: { _id: id, seq, pool, plugin, action } }: Run, takes: number): Work => ({
  id,
  seq,
  pool,
  plugin,
  action,
  takes,
});

/** Gives the claim back, and defers the job for others. */
async function passOn(
  deps: Deps,
  delivery: Delivery,
  run: Run,
  { refusal, findDelay }: { refusal: Failure | undefined; findDelay: () => Promise<number | undefined> },
): Promise<Ended> {
  const outcome = await yieldClaim(deps, run, { refusal, giveUp: delivery.giveUp });
  if (outcome === 'cancelled') return finish(deps, delivery, run, { kind: 'cancelled' });
  if (outcome === 'superseded') return { kind: 'left' };
  return { kind: 'passed_on', delayMs: (await findDelay()) ?? deps.config.BEAT_MS };
}

/**
 * Passes on a payload that this version refuses and another one accepted: it may be valid there. Undefined if the
 * result stands.
 */
async function passOnRefused(
  deps: Deps,
  delivery: Delivery,
  run: Run,
  { result, ranVersion, takes }: { result: AttemptEnd; ranVersion: string; takes: number },
): Promise<Ended | undefined> {
  const { pluginVersion: version } = run.execution;
  if (result.kind !== 'failed' || result.failure.kind !== 'invalid_input') return undefined;
  if (ranVersion === version) return undefined;
  const work = { ...workOf(run, takes), version };
  // Without the database nothing is known about the other versions, so another look decides.
  const delayMs = await delivery.handOver.delayForVersion(work).catch(() => deps.config.BEAT_MS);
  if (delayMs === undefined) return undefined;
  return passOn(deps, delivery, run, { refusal: result.failure, findDelay: async () => delayMs });
}

async function runToEnd(
  deps: Deps,
  delivery: Delivery,
  run: Run,
  { plugin, action, takes }: { plugin: Plugin; action: Action; takes: number },
): Promise<Ended> {
  const keepResult = buildKeepResult(run, plugin);
  const stopTimer = deps.metrics.attemptSeconds.startTimer();
  // Written while it runs, awaited before the end is published: the two must not overtake each other.
  const mirrored = mirrorTask(deps.models.TaskModel, run.execution).catch(() => undefined);
  const result = await runAction(deps, run, { plugin, action }, (left) => delivery.abandoned.add(left));
  stopTimer();
  publishProgress(deps, run);
  deps.metrics.attempts.inc({ outcome: result.kind });
  logAttempt(deps, run, result);
  await mirrored;
  const passedOn = await passOnRefused(deps, delivery, run, { result, ranVersion: plugin.version, takes });
  if (passedOn) return passedOn;
  if (result.kind === 'hand_back') {
    // An action that must not be repeated is not handed back either: it has begun, and how far it got is unknown.
    if (result.hasBegun && run.execution.policy.onCrash === 'fail')
      return finish(deps, delivery, run, OUTCOME_UNKNOWN);
    const outcome = await handBack(deps, run, 'the worker is stopping', delivery.giveUp);
    if (outcome === 'handed_back') return { kind: 'handed_back' };
    if (outcome === 'cancelled') return finish(deps, delivery, run, { kind: 'cancelled' });
    return { kind: 'left' };
  }
  if (result.kind === 'lease_lost') {
    deps.metrics.superseded.inc();
    return { kind: 'left' };
  }
  const cache = result.kind === 'completed' ? keepResult(run.readings) : undefined;
  return finish(deps, delivery, run, result, cache);
}

async function finish(
  deps: Deps,
  delivery: Delivery,
  run: Run,
  end: RunEnd,
  cache?: FinishRequest['cache'],
): Promise<Ended> {
  const outcome = await offerEnd(deps, run, { end, cache }, delivery.giveUp);
  if (outcome.kind === 'superseded') return { kind: 'left' };
  const { execution } = outcome;
  if (execution.status === 'retrying' || execution.status === 'input_required') {
    await publishWaiting(deps, execution);
  }
  await settle(deps, execution);
  return { kind: 'ended', execution };
}

import { randomUUID } from 'node:crypto';

import { generationKey, isDatabaseAway, pingRedis, releaseRole, takeRole } from '@mcp-server/shared';

import type { DatabaseContact } from '../delivery/contact.ts';
import type { Deps } from '../deps.ts';
import { PeriodicTask } from '../periodic-task.ts';
import { endOverdue } from './end-overdue.ts';
import { fireDue } from './fire-due.ts';
import { placeJobs } from './place-jobs.ts';
import { redeliverLapsed } from './redeliver-lapsed.ts';
import { redeliverUnknown } from './redeliver-unknown.ts';
import { redeliverUnleased } from './redeliver-unleased.ts';
import { repairPausedQueues, wakeHeld } from './repair-pauses.ts';
import { removeStrayTickers, restoreTickers } from './repair-tickers.ts';
import type { Repair } from './repair.ts';
import { rescueDeferred } from './rescue-deferred.ts';
import { settleLeftovers } from './settle-leftovers.ts';

/** Missed sweeps after which a dead sweeper is replaced. */
const MISSED_SWEEPS = 5;
const MIN_ROLE_MS = 3_000;

/** Value of the generation key while unfinished work is re-enqueued. A process that finds it restarts that work. */
const RESTORING = 'restoring:';
const SET_IF_SAME = "if redis.call('get', KEYS[1]) == ARGV[1] then redis.call('set', KEYS[1], ARGV[2]) end";

/**
 * Two roles, each held by one process at a time: repairs that need no Redis go on while it is away, and those that do
 * need it belong to a process that can reach it.
 */
const DATABASE_ROLE = 'sweep-database';
const QUEUE_ROLE = 'sweep-queue';
const DATABASE_REPAIRS: Record<string, Repair> = { endOverdue, settleLeftovers, fireDue };
const QUEUE_REPAIRS: Record<string, Repair> = {
  // First: re-enqueued work must not start while it is paused.
  repairPausedQueues,
  wakeHeld,
  rescueDeferred,
  placeJobs,
  redeliverLapsed,
  redeliverUnleased,
  redeliverUnknown,
  restoreTickers,
  removeStrayTickers,
};

/**
 * Repairs what crashes and outages left behind. Every worker has a sweeper; a role lease lets one at a time act. Each
 * turn looks at one page, so that a long backlog costs no more than a short one; only after Redis was wiped do the
 * repairs run at full speed.
 */
export class Sweeper {
  readonly #deps: Deps;
  readonly #contact: DatabaseContact;
  readonly #cursors = new Map<string, string>();
  readonly #task: PeriodicTask;

  constructor(deps: Deps, contact: DatabaseContact) {
    this.#deps = deps;
    this.#contact = contact;
    this.#task = new PeriodicTask({
      run: (signal) => this.#turn(signal),
      intervalMs: deps.config.SWEEP_MS,
      countFrom: 'end',
      // `StoreContact` reports an outage, once a minute.
      onError: (err) => deps.log[isDatabaseAway(err) ? 'debug' : 'warn']({ err }, 'sweep failed'),
    });
  }

  start(): void {
    this.#task.start();
  }

  async close(): Promise<void> {
    await this.#task.close();
    await Promise.all([DATABASE_ROLE, QUEUE_ROLE].map((role) => this.#release(role)));
  }

  async #turn(signal: AbortSignal): Promise<void> {
    // Too soon after an outage to judge a lease; another process may be able to.
    if (!this.#contact.canJudgeLeases) return;
    await this.#inRole(DATABASE_ROLE, (now) => this.#repair(DATABASE_REPAIRS, now));
    if (!(await isAnswering(this.#deps.producer))) return this.#release(QUEUE_ROLE);
    const generation = generationKey(this.#deps.config.REDIS_PREFIX);
    await this.#inRole(QUEUE_ROLE, async (now) => {
      const mark = await this.#deps.producer.get(generation);
      if (mark === null || mark.startsWith(RESTORING)) await this.#restoreAll(generation, signal);
      else await this.#repair(QUEUE_REPAIRS, now);
    });
  }

  /** Acts if this process has the role. A failure releases the role, because another process may succeed. */
  async #inRole(role: string, act: (now: Date) => Promise<void>): Promise<void> {
    const now = await this.#take(role);
    if (!now) return;
    try {
      await act(now);
    } catch (error) {
      await this.#release(role);
      throw error;
    }
  }

  #take(role: string): Promise<Date | undefined> {
    const { config, models, workerName } = this.#deps;
    const forMs = Math.max(MIN_ROLE_MS, config.SWEEP_MS * MISSED_SWEEPS);
    return takeRole(models.RoleLeaseModel, { role, holder: workerName, forMs });
  }

  async #release(role: string): Promise<void> {
    const { models, workerName } = this.#deps;
    // A role that cannot be released lapses.
    await releaseRole(models.RoleLeaseModel, { role, holder: workerName }).catch(() => undefined);
  }

  async #repair(repairs: Record<string, Repair>, now: Date): Promise<void> {
    const failures: unknown[] = [];
    for (const [name, repair] of Object.entries(repairs)) {
      try {
        this.#cursors.set(
          name,
          await repair({ deps: this.#deps, now, cursor: this.#cursors.get(name) ?? '' }),
        );
      } catch (error) {
        if (isDatabaseAway(error)) throw error;
        // The next turn of this repair starts over; the other repairs go on.
        this.#cursors.delete(name);
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
  }

  /** Re-enqueues everything unfinished before any other repair, because Redis was wiped (or is new). */
  async #restoreAll(generation: string, signal: AbortSignal): Promise<void> {
    const { workerName, log, producer } = this.#deps;
    const mark = `${RESTORING}${randomUUID()}`;
    await producer.set(generation, mark);
    log.warn('Redis was wiped; re-enqueueing unfinished executions');
    for (const repair of Object.values(QUEUE_REPAIRS)) {
      let cursor = '';
      do {
        const now = await this.#take(QUEUE_ROLE);
        if (!now || signal.aborted) return;
        cursor = await repair({ deps: this.#deps, now, cursor });
      } while (cursor !== '');
    }
    // Only if the mark is still there: a second wipe during this pass starts another one.
    await producer.eval(SET_IF_SAME, 1, generation, mark, workerName);
  }
}

const isAnswering = async (redis: Deps['producer']): Promise<boolean> =>
  pingRedis(redis).then(
    () => true,
    () => false,
  );

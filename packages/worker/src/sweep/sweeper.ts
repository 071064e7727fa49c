import { setTimeout as delay } from 'node:timers/promises';

import { generationKey, pingRedis } from '@mcp-server/shared';

import type { DatabaseContact } from '../delivery/contact.ts';
import type { Deps } from '../deps.ts';
import { endOverdue } from './end-overdue.ts';
import { fireDue } from './fire-due.ts';
import { redeliverLapsed } from './redeliver-lapsed.ts';
import { redeliverUnknown } from './redeliver-unknown.ts';
import { removeStrayClocks, restoreClocks } from './repair-clocks.ts';
import { takeRole } from './role.ts';
import { settleEnded } from './settle-ended.ts';

/** Documents looked at by one step of a repair. */
export const SWEEP_PAGE = 500;
/** A sweeper that died is replaced after so many missed sweeps. */
const MISSED_SWEEPS = 5;
const MIN_ROLE_MS = 3_000;

/** What a repair is given: the database's time, and where it stopped the last time. */
export interface SweepStep {
  deps: Deps;
  now: Date;
  cursor: string;
}

/** A repair looks at one page and says where the next begins; an empty cursor means that it has been round. */
export type Repair = (step: SweepStep) => Promise<string>;

/** Repairs that need no Redis come first: they go on while it is away. */
const DATABASE_REPAIRS: Record<string, Repair> = { endOverdue, settleEnded, fireDue };
const QUEUE_REPAIRS: Record<string, Repair> = {
  redeliverLapsed,
  redeliverUnknown,
  restoreClocks,
  removeStrayClocks,
};

/**
 * Finds what crashes and outages left behind, and puts it right. Every worker has one; a role lease lets one at a time
 * act. Each turn looks at one page, so that a long backlog costs no more than a short one; only when Redis lost its
 * memory does it go round at full speed.
 */
export class Sweeper {
  readonly #deps: Deps;
  readonly #contact: DatabaseContact;
  readonly #cursors = new Map<string, string>();
  readonly #stop = new AbortController();
  #sweeping: Promise<void> | undefined;

  constructor(deps: Deps, contact: DatabaseContact) {
    this.#deps = deps;
    this.#contact = contact;
  }

  start(): void {
    this.#sweeping ??= this.#loop();
  }

  async close(): Promise<void> {
    this.#stop.abort();
    await this.#sweeping;
  }

  async #loop(): Promise<void> {
    const { config, log } = this.#deps;
    while (!this.#stop.signal.aborted) {
      await this.#turn().catch((err: unknown) => log.warn({ err }, 'sweep failed'));
      await delay(config.SWEEP_MS, undefined, { signal: this.#stop.signal }).catch(() => undefined);
    }
  }

  async #turn(): Promise<void> {
    const { config, models, workerName, producer } = this.#deps;
    const roleMs = Math.max(MIN_ROLE_MS, config.SWEEP_MS * MISSED_SWEEPS);
    const now = await takeRole(models.RoleLeaseModel, { role: 'sweep', holder: workerName, forMs: roleMs });
    // Without the role, or too soon after an outage to judge a lease, there is nothing to do.
    if (!now || !this.#contact.canJudgeLeases) return;
    await this.#repair(DATABASE_REPAIRS, now);
    if (!(await isAnswering(producer))) return;
    const generation = generationKey(config.REDIS_PREFIX);
    if ((await producer.get(generation)) === null) await this.#restoreAll(now, roleMs, generation);
    else await this.#repair(QUEUE_REPAIRS, now);
  }

  async #repair(repairs: Record<string, Repair>, now: Date): Promise<void> {
    for (const [name, repair] of Object.entries(repairs)) {
      this.#cursors.set(name, await repair({ deps: this.#deps, now, cursor: this.#cursors.get(name) ?? '' }));
    }
  }

  /** Redis was wiped (or is new): everything unfinished goes back before anything else. */
  async #restoreAll(now: Date, roleMs: number, generation: string): Promise<void> {
    const { models, workerName, log, producer } = this.#deps;
    log.warn('the queue lost its memory; restoring all unfinished work');
    for (const repair of Object.values(QUEUE_REPAIRS)) {
      let cursor = '';
      do {
        if (this.#stop.signal.aborted) return;
        cursor = await repair({ deps: this.#deps, now, cursor });
        const role = await takeRole(models.RoleLeaseModel, {
          role: 'sweep',
          holder: workerName,
          forMs: roleMs,
        });
        if (!role) return;
      } while (cursor !== '');
    }
    await producer.set(generation, workerName);
  }
}

const isAnswering = async (redis: Deps['producer']): Promise<boolean> =>
  pingRedis(redis).then(
    () => true,
    () => false,
  );

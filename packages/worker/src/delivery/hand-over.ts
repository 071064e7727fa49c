import { actionOfJob, parkExecution } from '@mcp-server/shared';
import { LRUCache } from 'lru-cache';

import { findAction, type PluginSet } from '../catalogue/load-plugins.ts';
import type { Deps } from '../deps.ts';
import { HELD_DELAY_MS } from './claim.ts';

/** First delay of a job that other workers can run, and the delay at which it stops growing. */
const FIRST_DELAY_MS = 10;
const SOON_MS = 60;
/** A job taken more often than this waits for busy workers, not for chance: it may wait longer. */
const MANY_TAKES = 32;
const MAX_DELAY_MS = 1_000;
/** Delay of a job whose payload only a version without workers accepts; a worker with it may come back. */
const AWAIT_VERSION_MS = 2_000;

/** Jobs that a worker passes on have at least this distance, so that a backlog of them costs a bounded rate. */
const SPACING_MS = 4;

/** Executions whose refusal is remembered, so that their next delivery needs no claim. */
const MAX_REFUSALS = 10_000;

/** An execution at its delivery. `takes`: how often its job was taken, now included. */
export interface Work {
  id: string;
  seq: number;
  pool: string;
  plugin: string;
  action: string;
  takes: number;
}

/** Decides about work that other workers can run and this one cannot. Delays are in milliseconds. */
export interface HandOver {
  /**
   * Decides before a claim, by the name of the job and by earlier refusals: milliseconds until the job may be taken
   * again, or undefined if this worker should claim it.
   */
  delayBeforeClaim(
    delivered: Omit<Work, 'plugin' | 'action'> & { name: string },
  ): Promise<number | undefined>;
  /** Delay of a job whose action this worker lacks. Undefined: it waits no longer, so a claim tells what it is. */
  delayWithoutAction(work: Work): Promise<number | undefined>;
  /**
   * Delay of a job whose payload this worker's version refuses and another version accepted. Undefined: no worker will
   * run that version, so this worker's judgement stands.
   */
  delayForVersion(work: Work & { version: string }): Promise<number | undefined>;
}

export function buildHandOver(
  { models, fleet, config }: Pick<Deps, 'models' | 'fleet' | 'config'>,
  plugins: PluginSet,
): HandOver {
  const refusals = new LRUCache<string, Pick<Work, 'plugin' | 'action'> & { version: string }>({
    max: MAX_REFUSALS,
  });
  let nextReturnAt = 0;
  const space = (delayMs: number): number => {
    const now = performance.now();
    nextReturnAt = Math.max(now, nextReturnAt) + SPACING_MS;
    return Math.max(delayMs, nextReturnAt - now);
  };

  const handOver: HandOver = {
    async delayBeforeClaim({ name, ...delivered }) {
      const refusal = refusals.get(delivered.id);
      if (refusal) return handOver.delayForVersion({ ...delivered, ...refusal });
      const named = actionOfJob(name);
      if (!named || findAction(plugins, named.plugin, named.action)) return undefined;
      return handOver.delayWithoutAction({ ...delivered, ...named });
    },
    async delayWithoutAction(work) {
      if (await fleet.isServedElsewhere(work)) return space(delayAfter(work.takes));
      // The sweep wakes it as soon as a worker has the action, so it costs nothing while it waits.
      return (await parkExecution(models.ExecutionModel, work)) ? HELD_DELAY_MS : undefined;
    },
    async delayForVersion(work) {
      const { id, plugin, action, version } = work;
      refusals.set(id, { plugin, action, version });
      if (await fleet.isServedElsewhere(work)) return space(delayAfter(work.takes));
      const unseenMs = await fleet.unseenMsOf(plugin, version);
      const leftMs = config.PLUGIN_GRACE_SECONDS * 1_000 - (unseenMs ?? Infinity);
      return leftMs > 0 ? space(Math.min(AWAIT_VERSION_MS, leftMs)) : undefined;
    },
  };
  return handOver;
}

/** Delay after this many takes of a job; half of it is random, so that workers do not take turns in step. */
export function delayAfter(takes: number, random = Math.random()): number {
  const delayMs =
    takes <= MANY_TAKES
      ? Math.min(FIRST_DELAY_MS * 2 ** (takes - 1), SOON_MS)
      : Math.min(SOON_MS * (takes / MANY_TAKES) ** 2, MAX_DELAY_MS);
  return delayMs * (0.5 + random / 2);
}

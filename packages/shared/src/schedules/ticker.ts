import { Queue, type RepeatOptions } from 'bullmq';
import type { Redis } from 'ioredis';
import { z } from 'zod';

import { ObjectIdText } from '../schemas/primitives.ts';
import type { ScheduleRule } from '../schemas/schedule.ts';
import { nextFire } from './rule.ts';

/** Queue of the ticks, separate so that a backlog of work never delays them. */
export const TICK_QUEUE = 'schedule-ticks';
const TICK_JOB = 'tick';

/** Data of a tick. What fires, and when, is read from the task. */
export const TickJob = z.strictObject({ taskId: ObjectIdText, revision: z.int() });
export type TickJob = z.infer<typeof TickJob>;

/**
 * Computes when BullMQ creates the next tick, by the same arithmetic as the fire times, so that both coincide.
 * `pattern` is the text of `describeRule`.
 */
export function tickStrategy(afterMs: number, { pattern = '', tz }: RepeatOptions): number | undefined {
  return nextFire(readRule(pattern, tz), new Date(afterMs))?.getTime();
}

/** Writes a rule as the pattern of a job scheduler. */
export function describeRule({ runAt, every, anchor, cron, timeZone }: ScheduleRule): {
  pattern: string;
  tz?: string;
} {
  if (cron !== undefined) return { pattern: cron, tz: timeZone ?? 'UTC' };
  if (runAt) return { pattern: `at ${runAt.toISOString()}` };
  return { pattern: `every ${every} from ${(anchor ?? new Date(0)).toISOString()}` };
}

/** Reads the rule back from a pattern. */
function readRule(pattern: string, tz: string | undefined): ScheduleRule {
  const [, runAt] = /^at (\S+)$/.exec(pattern) ?? [];
  if (runAt !== undefined) return { runAt: new Date(runAt) };
  const [, every, anchor] = /^every (\d+) from (\S+)$/.exec(pattern) ?? [];
  if (every !== undefined && anchor !== undefined) return { every: Number(every), anchor: new Date(anchor) };
  return { cron: pattern, timeZone: tz ?? 'UTC' };
}

/** Builds the queue of the tickers. Adding to it never waits for Redis: it fails, and the sweep repairs it. */
export function buildTickQueue(redis: Redis, prefix: string): Queue<TickJob> {
  return new Queue<TickJob>(TICK_QUEUE, {
    connection: redis,
    prefix,
    skipWaitingForReady: true,
    skipVersionCheck: true,
    streams: { events: { maxLen: 100 } },
    settings: { repeatStrategy: tickStrategy },
  });
}

/** Ticker of a task: the BullMQ job scheduler that ticks for its schedule. */
export interface TickerSpec {
  id: string;
  rule: ScheduleRule;
  revision: number;
}

/** Sets or replaces the ticker of a schedule. A rule without a future gets none: the sweep fires what is due. */
export async function setTicker(queue: Queue<TickJob>, { id, rule, revision }: TickerSpec): Promise<void> {
  await queue.upsertJobScheduler(id, describeRule(rule), {
    name: TICK_JOB,
    data: { taskId: id, revision },
    // A tick is not worth keeping, and a kept one would block a later one with the same time.
    opts: { attempts: 1, removeOnComplete: true, removeOnFail: true, stackTraceLimit: 0, keepLogs: 0 },
  });
}

export async function deleteTicker(queue: Queue<TickJob>, id: string): Promise<void> {
  await queue.removeJobScheduler(id);
}

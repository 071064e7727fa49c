import {
  findScheduledIds,
  listScheduled,
  deleteTicker,
  type ScheduledTask,
  setTicker,
} from '@mcp-server/shared';

import type { Deps } from '../deps.ts';
import type { Repair } from './repair.ts';

/** Small, because every turn sends one query to Redis for each schedule. */
const PAGE = 200;
/** A ticker whose next tick is overdue by this much has stopped: a worker died with its chain of ticks. */
const STOPPED_MS = 5_000;
/** A next tick that comes later than its fire time by this much was set by a process with a wrong clock. */
const LATE_MS = 5_000;
/** A clock that differs from the database's by more than this sets no ticker right. */
const MAX_SKEW_MS = 2_000;

/** Sets missing tickers of schedules: Redis was away or wiped, a chain of ticks broke, or an API died in between. */
export const restoreTickers: Repair = async ({ deps, now, cursor }) => {
  const page = await listScheduled(deps.models.TaskModel, { cursor, limit: PAGE });
  await Promise.all(page.map((task) => restoreTicker(deps, task, now)));
  return page.length < PAGE ? '' : (page.at(-1)?.id ?? '');
};

async function restoreTicker(deps: Deps, task: ScheduledTask, now: Date): Promise<void> {
  const { id, schedule, scheduleRevision: revision } = task;
  const ticker = await deps.tickQueue.getJobScheduler(id);
  const isCurrent = ticker?.template?.data?.revision === revision;
  const next = ticker?.next ?? 0;
  if (isCurrent && next > now.getTime() - STOPPED_MS && !isLate(task, next, now)) return;
  // A due time needs no ticker any more: the sweep fires it.
  if (schedule.runAt && schedule.runAt <= now) return;
  try {
    await setTicker(deps.tickQueue, { id, rule: schedule, revision });
    deps.metrics.swept.inc({ repair: 'clock_set' });
  } catch (err) {
    // A worker is handling its last tick right now; the next turn looks again.
    deps.log.debug({ err, taskId: id }, 'ticker not set yet');
  }
}

/** True for a tick that misses its fire time, if this process can do better. BullMQ ticks by the clocks of processes. */
function isLate({ nextRunAt }: ScheduledTask, next: number, now: Date): boolean {
  // A fire time that has come is being handled: the next tick is for the one after it.
  if (nextRunAt <= now || next <= nextRunAt.getTime() + LATE_MS) return false;
  return Math.abs(Date.now() - now.getTime()) <= MAX_SKEW_MS;
}

/** Removes tickers without a schedule, which would tick forever. */
export const removeStrayTickers: Repair = async ({ deps, cursor }) => {
  const start = Number(cursor);
  // Tickers first, tasks second: a schedule is stored before its ticker is set, so a ticker read here without one is a
  // stray.
  const tickers = await deps.tickQueue.getJobSchedulers(start, start + PAGE - 1, true);
  const scheduledIds = await findScheduledIds(
    deps.models.TaskModel,
    tickers.map(({ key }) => key),
  );
  const strays = tickers.filter(({ key }) => !scheduledIds.has(key));
  for (const { key } of strays) {
    await deleteTicker(deps.tickQueue, key);
    deps.metrics.swept.inc({ repair: 'clock_removed' });
  }
  return tickers.length < PAGE ? '' : String(start + PAGE - strays.length);
};

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
  if (isCurrent && (ticker?.next ?? 0) > now.getTime() - STOPPED_MS) return;
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

import {
  findScheduledIds,
  listScheduled,
  deleteTicker,
  type ScheduledTask,
  setTicker,
} from '@mcp-server/shared';

import type { Deps } from '../deps.ts';
import type { Repair } from './repair.ts';

/** One question to Redis for each schedule, every turn. */
const PAGE = 200;
/** A clock whose next tick is so long past has stopped: the chain of its ticks broke with a worker. */
const STOPPED_MS = 5_000;

/** Finds schedules without their clock: Redis was away or wiped, a chain of ticks broke, or an API died in between. */
export const restoreTickers: Repair = async ({ deps, now, cursor }) => {
  const page = await listScheduled(deps.models.TaskModel, { cursor, limit: PAGE });
  await Promise.all(page.map((task) => restoreTicker(deps, task, now)));
  return page.length < PAGE ? '' : (page.at(-1)?.id ?? '');
};

async function restoreTicker(deps: Deps, task: ScheduledTask, now: Date): Promise<void> {
  const { id, schedule, scheduleRevision: revision } = task;
  const clock = await deps.tickQueue.getJobScheduler(id);
  const isCurrent = clock?.template?.data?.revision === revision;
  if (isCurrent && (clock?.next ?? 0) > now.getTime() - STOPPED_MS) return;
  // A time that is due needs no clock any more: it is fired by the sweep itself.
  if (schedule.runAt && schedule.runAt <= now) return;
  try {
    await setTicker(deps.tickQueue, { id, rule: schedule, revision });
    deps.metrics.swept.inc({ repair: 'clock_set' });
  } catch (err) {
    // Its last tick is in some worker's hands this very moment; the next turn looks again.
    deps.log.debug({ err, taskId: id }, 'clock not set yet');
  }
}

/** Finds clocks without their schedule, which would tick for nothing for ever. */
export const removeStrayTickers: Repair = async ({ deps, cursor }) => {
  const start = Number(cursor);
  // Clocks first, tasks second: a schedule is stored before its clock is set, so a clock read here has one, if ever.
  const clocks = await deps.tickQueue.getJobSchedulers(start, start + PAGE - 1, true);
  const wanted = await findScheduledIds(
    deps.models.TaskModel,
    clocks.map(({ key }) => key),
  );
  const strays = clocks.filter(({ key }) => !wanted.has(key));
  for (const { key } of strays) {
    await deleteTicker(deps.tickQueue, key);
    deps.metrics.swept.inc({ repair: 'clock_removed' });
  }
  return clocks.length < PAGE ? '' : String(start + PAGE - strays.length);
};

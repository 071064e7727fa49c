import {
  errors,
  type Models,
  nextFire,
  nextFires,
  readDatabaseTime,
  replaceSchedule,
  type Stored,
  type TaskRecord,
} from '@mcp-server/shared';

import type { ScheduleTickers } from '../../redis/schedule-tickers.ts';
import type { Principal } from '../principal.ts';
import { findOwnTask } from './find-task.ts';

/**
 * Pauses or resumes the schedule of the caller's task. Fire times missed while paused are not caught up: a resumed
 * schedule starts with the next one. @throws {errors.NotFound} {errors.NoSchedule}
 */
export async function setPaused(
  deps: { models: Models; tickers: ScheduleTickers },
  principal: Principal,
  { id, isPaused }: { id: string; isPaused: boolean },
): Promise<Stored<TaskRecord>> {
  for (;;) {
    const task = await findOwnTask(deps, principal, id);
    if (!task.schedule) throw new errors.NoSchedule();
    if (task.schedule.isPaused === isPaused) return task;
    const now = await readDatabaseTime(deps.models.TaskModel);
    const updatedTask = await replaceSchedule(deps.models.TaskModel, task, {
      schedule: { ...task.schedule, isPaused },
      nextRunAt: isPaused ? undefined : nextFire(task.schedule, now),
    });
    // Another request changed it in between: read it again.
    if (!updatedTask) continue;
    await deps.tickers.follow(updatedTask);
    return updatedTask;
  }
}

/** Lists the next fire times of the caller's task; none while its schedule is paused or over. @throws {errors.NotFound} */
export async function findNextRuns(
  deps: { models: Models },
  principal: Principal,
  { id, count }: { id: string; count: number },
): Promise<Date[]> {
  const { schedule, nextRunAt } = await findOwnTask(deps, principal, id);
  if (!schedule || !nextRunAt) return [];
  return [nextRunAt, ...nextFires(schedule, nextRunAt, count - 1)];
}

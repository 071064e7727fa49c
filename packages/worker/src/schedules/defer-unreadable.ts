import { findMissingFieldsOfTask, deferSchedule, type ScheduledTask } from '@mcp-server/shared';

import type { Deps } from '../deps.ts';

/** Pause before a schedule whose record cannot be read is looked at again: another release may read it. */
const LOOK_AGAIN_MS = 60_000;

/** Defers a schedule that misses fields it needs, and says so in its task; false if it can fire. */
export async function deferUnreadable(
  { models, log }: Pick<Deps, 'models' | 'log'>,
  task: ScheduledTask,
  now: Date,
): Promise<boolean> {
  const pointers = findMissingFieldsOfTask(task);
  if (pointers.length === 0) return false;
  const message = `Its stored record cannot be read: ${pointers.join(', ')}.`;
  await deferSchedule(models.TaskModel, task, {
    next: new Date(now.getTime() + LOOK_AGAIN_MS),
    refusal: { fireTime: task.nextRunAt, code: 'unreadable_record', message },
  });
  log.error({ taskId: task.id, pointers }, 'schedule deferred: its record cannot be read');
  return true;
}

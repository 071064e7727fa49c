import { insertTask, nextFire, type ScheduleRecord, type Stored, type TaskRecord } from '@mcp-server/shared';

import type { Namespace } from './namespace.ts';

const OWNER = '0123456789abcdef01234567';

/** Stores a task of `sample.echo` with a schedule that starts now; the sweep adds its BullMQ scheduler. */
export async function createScheduledTask(
  { models }: Pick<Namespace, 'models'>,
  rule: Partial<ScheduleRecord>,
  changes: Partial<TaskRecord> = {},
): Promise<Stored<TaskRecord>> {
  const schedule: ScheduleRecord = { catchUp: 'one', overlap: 'allow', isPaused: false, ...rule };
  const nextRunAt = nextFire(schedule, new Date());
  const insertion = await insertTask(models.TaskModel, {
    ownerId: OWNER,
    title: 'Scheduled',
    priority: 'normal',
    tags: [],
    plugin: 'sample',
    action: 'echo',
    payload: '{"message":"hello"}',
    schedule,
    scheduleRevision: 1,
    ...(nextRunAt ? { nextRunAt } : {}),
    ...changes,
  });
  if (insertion.kind !== 'inserted') throw new Error(insertion.kind);
  return insertion.task;
}

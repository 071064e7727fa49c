import {
  type JsonValue,
  type Schedule,
  type Stored,
  type Task,
  type TaskRecord,
  unreadableOf,
} from '@mcp-server/shared';

/** Presents a task; fields that only serve the server are omitted. */
export function presentTask(task: Stored<TaskRecord>): Task {
  const { idempotencyKey: _key, bodyHash: _hash, lastExecutionAt: _at, scheduleRevision: _, ...shown } = task;
  const { lastRefusal } = task;
  return {
    ...shown,
    payload: JSON.parse(task.payload) as JsonValue,
    schedule: presentSchedule(task),
    nextRunAt: task.nextRunAt?.toISOString(),
    lastRefusal: lastRefusal && { ...lastRefusal, fireTime: lastRefusal.fireTime.toISOString() },
    createdAt: task.createdAt.toISOString(),
    updatedAt: task.updatedAt.toISOString(),
    ...unreadableOf(task),
  };
}

function presentSchedule({ schedule, scheduleRevision = 0 }: TaskRecord): Schedule | undefined {
  if (!schedule) return undefined;
  return {
    ...schedule,
    runAt: schedule.runAt?.toISOString(),
    anchor: schedule.anchor?.toISOString(),
    revision: scheduleRevision,
  };
}

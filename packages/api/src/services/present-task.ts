import type { JsonValue, Stored, Task, TaskRecord } from '@mcp-server/shared';

/** A task as the API shows it; keys that only serve the server are left out. */
export function presentTask(task: Stored<TaskRecord>): Task {
  const { idempotencyKey: _key, bodyHash: _hash, lastExecutionAt: _at, ...shown } = task;
  return {
    ...shown,
    payload: JSON.parse(task.payload) as JsonValue,
    createdAt: task.createdAt.toISOString(),
    updatedAt: task.updatedAt.toISOString(),
  };
}

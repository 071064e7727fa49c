import { RetryPolicy, Slug } from '@mcp-server/plugin-sdk/schemas';
import { z } from 'zod';

import { ExecutionStatus, Failure } from './execution.ts';
import { IdempotencyKey, JsonValue, Name, ObjectIdText, Priority, Prose, Unreadable } from './primitives.ts';
import { Schedule, ScheduleInput, ScheduleRecord, ScheduleRefusal } from './schedule.ts';
import { JsonText, StoredTime } from './stored-value.ts';

/** Status of the newest execution; `pending` without one, `scheduled` without one but with a schedule. */
export const TaskStatus = z.enum(['pending', 'scheduled', ...ExecutionStatus.options]);
export type TaskStatus = z.infer<typeof TaskStatus>;

const Title = Name.max(200);
const Description = Prose.max(5_000);
/** Lists take tags separated by commas. */
const Tag = Name.max(50).refine((text) => !text.includes(','), 'must not contain a comma');
const Tags = z.array(Tag).max(20);
const TimeoutMs = z.int().min(1).max(86_400_000);

/** Input to create a task. */
export const TaskInput = z
  .strictObject({
    title: Title,
    description: Description.optional(),
    priority: Priority.default('normal'),
    plugin: Slug,
    action: Slug,
    payload: JsonValue.default({}),
    tags: Tags.default([]),
    retry: RetryPolicy.partial().optional(),
    timeoutMs: TimeoutMs.optional(),
    schedule: ScheduleInput.optional(),
  })
  .meta({
    examples: [
      {
        title: 'My First Task',
        description: 'Testing the task system',
        priority: 'high',
        plugin: 'sample',
        action: 'echo',
        payload: { message: 'Hello from task!' },
        tags: ['test', 'demo'],
      },
    ],
  });
export type TaskInput = z.infer<typeof TaskInput>;

/** Input to update a task: omitted fields keep their values, `null` clears an optional one. */
export const TaskChanges = z.strictObject({
  title: Title.optional(),
  description: Description.nullable().optional(),
  priority: Priority.optional(),
  plugin: Slug.optional(),
  action: Slug.optional(),
  payload: JsonValue.optional(),
  tags: Tags.optional(),
  retry: RetryPolicy.partial().nullable().optional(),
  timeoutMs: TimeoutMs.nullable().optional(),
  schedule: ScheduleInput.nullable().optional(),
});
export type TaskChanges = z.infer<typeof TaskChanges>;

/** A task as stored in `tasks`. The payload is JSON text, as in executions. */
export const TaskRecord = z.object({
  ownerId: ObjectIdText,
  title: z.string(),
  description: z.string().optional(),
  priority: Priority,
  tags: z.array(z.string()),
  plugin: Slug,
  action: Slug,
  payload: JsonText,
  retry: RetryPolicy.partial().optional(),
  timeoutMs: z.int().optional(),
  schedule: ScheduleRecord.optional(),
  /** Raised by every change of the schedule and never reset, so that an old tick is never mistaken for a new one. */
  scheduleRevision: z.int().optional(),
  /** The first unhandled fire time; absent without a schedule, while paused, and after the last one. */
  nextRunAt: StoredTime.optional(),
  lastRefusal: ScheduleRefusal.optional(),
  status: TaskStatus,
  lastExecutionId: z.uuid().optional(),
  /** Acceptance time of `lastExecutionId`: a newer execution may replace it, an older one never. */
  lastExecutionAt: StoredTime.optional(),
  lastFailure: Failure.optional(),
  idempotencyKey: IdempotencyKey.optional(),
  bodyHash: z.string().optional(),
  createdAt: StoredTime,
  updatedAt: StoredTime,
});
export type TaskRecord = z.infer<typeof TaskRecord>;

/** A task in API responses. */
export const Task = z.object({
  id: ObjectIdText,
  ownerId: z.string(),
  title: z.string(),
  description: z.string().optional(),
  priority: Priority,
  tags: z.array(z.string()),
  plugin: z.string(),
  action: z.string(),
  payload: JsonValue,
  retry: RetryPolicy.partial().optional(),
  timeoutMs: z.int().optional(),
  schedule: Schedule.optional(),
  nextRunAt: z.iso.datetime().optional(),
  /** Why the newest fire time was skipped; absent if it was not. */
  lastRefusal: z.object({ fireTime: z.iso.datetime(), code: z.string(), message: z.string() }).optional(),
  status: TaskStatus,
  lastExecutionId: z.string().optional(),
  lastFailure: Failure.optional(),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
  unreadable: Unreadable,
});
export type Task = z.infer<typeof Task>;

/** Statistics of tasks, and of the executions of the last seven days (UTC, including today). */
export const TaskStats = z.object({
  total: z.int(),
  byStatus: z.record(z.string(), z.int()),
  byPlugin: z.record(z.string(), z.int()),
  lastDays: z.array(z.object({ day: z.iso.date(), accepted: z.int(), completed: z.int(), failed: z.int() })),
  /** Share of completed executions among those that completed or failed; null without any. */
  successRate: z.number().nullable(),
  runTime: z.object({ medianMs: z.number(), p95Ms: z.number() }).nullable(),
});
export type TaskStats = z.infer<typeof TaskStats>;

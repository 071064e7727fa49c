import { z } from 'zod';

import { ExecutionStatus, Failure } from './execution.ts';
import { RetryPolicy } from './policy.ts';
import { IdempotencyKey, JsonValue, ObjectIdText, Priority, Slug } from './primitives.ts';

/** A mirror of the newest execution's status; `pending` before there is one, `scheduled` while only a clock is set. */
export const TaskStatus = z.enum(['pending', 'scheduled', ...ExecutionStatus.options]);
export type TaskStatus = z.infer<typeof TaskStatus>;

const Tag = z.string().min(1).max(50);

/** What a user sends to make a task. */
export const TaskInput = z.strictObject({
  title: z.string().min(1).max(200),
  description: z.string().max(5_000).optional(),
  priority: Priority.default('normal'),
  plugin: Slug,
  action: Slug,
  payload: JsonValue.default({}),
  tags: z.array(Tag).max(20).default([]),
  retry: RetryPolicy.partial().optional(),
  timeoutMs: z.int().min(1).max(86_400_000).optional(),
});
export type TaskInput = z.infer<typeof TaskInput>;

/** A task as stored in `tasks`. The payload is JSON text, like that of an execution. */
export const TaskRecord = z.object({
  ownerId: ObjectIdText,
  title: z.string(),
  description: z.string().optional(),
  priority: Priority,
  tags: z.array(Tag),
  plugin: Slug,
  action: Slug,
  payload: z.string(),
  retry: RetryPolicy.partial().optional(),
  timeoutMs: z.int().optional(),
  status: TaskStatus,
  lastExecutionId: z.uuid().optional(),
  /** When the execution of lastExecutionId was accepted: a newer one may replace it, an older one never. */
  lastExecutionAt: z.date().optional(),
  lastFailure: Failure.optional(),
  idempotencyKey: IdempotencyKey.optional(),
  bodyHash: z.string().optional(),
  createdAt: z.date(),
  updatedAt: z.date(),
});
export type TaskRecord = z.infer<typeof TaskRecord>;

/** A task as answered by the API. */
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
  status: TaskStatus,
  lastExecutionId: z.string().optional(),
  lastFailure: Failure.optional(),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
});
export type Task = z.infer<typeof Task>;

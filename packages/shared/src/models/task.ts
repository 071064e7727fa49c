import { Schema } from 'mongoose';

import { Priority } from '../schemas/primitives.ts';
import { CatchUp, Overlap } from '../schemas/schedule.ts';
import type { TaskRecord } from '../schemas/task.ts';
import { TaskStatus } from '../schemas/task.ts';
import { failureSchema, retrySchema } from './embedded.ts';
import { listIndex } from './list-index.ts';
import { embeddedOptions, schemaOptions } from './schema-options.ts';

const scheduleSchema = new Schema(
  {
    runAt: Date,
    every: Number,
    anchor: Date,
    cron: String,
    timeZone: String,
    catchUp: { type: String, enum: CatchUp.options, required: true },
    overlap: { type: String, enum: Overlap.options, required: true },
    isPaused: { type: Boolean, required: true },
  },
  embeddedOptions,
);

export const taskSchema = new Schema<TaskRecord>(
  {
    ownerId: { type: String, required: true },
    title: { type: String, required: true },
    description: String,
    priority: { type: String, enum: Priority.options, required: true },
    tags: { type: [String], required: true },
    plugin: { type: String, required: true },
    action: { type: String, required: true },
    payload: { type: String, required: true },
    retry: retrySchema,
    timeoutMs: Number,
    schedule: scheduleSchema,
    scheduleRevision: Number,
    nextRunAt: Date,
    lastRefusal: new Schema({ fireTime: Date, code: String, message: String }, embeddedOptions),
    status: { type: String, enum: TaskStatus.options, required: true },
    lastExecutionId: String,
    lastExecutionAt: Date,
    lastFailure: failureSchema,
    idempotencyKey: String,
    bodyHash: String,
  },
  { ...schemaOptions, collection: 'tasks' },
)
  .index(
    { ownerId: 1, idempotencyKey: 1 },
    { unique: true, partialFilterExpression: { idempotencyKey: { $exists: true } } },
  )
  .index(listIndex())
  .index(listIndex(['ownerId']))
  .index(listIndex(['ownerId', 'status']))
  .index(listIndex(['ownerId', 'tags']))
  .index({ nextRunAt: 1 }, { partialFilterExpression: { nextRunAt: { $exists: true } } });

import { InputMethod } from '@mcp-server/plugin-sdk/schemas';
import { Schema } from 'mongoose';

import {
  AttemptOutcome,
  type ExecutionRecord,
  ExecutionSource,
  ExecutionStatus,
} from '../schemas/execution.ts';
import { Priority } from '../schemas/primitives.ts';
import { failureSchema, policySchema } from './embedded.ts';
import { listIndex } from './list-index.ts';
import { embeddedOptions, schemaOptions } from './schema-options.ts';

const leaseSchema = new Schema({ until: Date, worker: String, token: String }, embeddedOptions);

const attemptSchema = new Schema(
  {
    epoch: { type: Number, required: true },
    worker: { type: String, required: true },
    startedAt: { type: Date, required: true },
    endedAt: Date,
    outcome: { type: String, enum: AttemptOutcome.options },
    error: failureSchema,
    stack: String,
  },
  embeddedOptions,
);

const stepSchema = new Schema(
  { startedAt: Date, epoch: Number, endedAt: Date, result: String },
  embeddedOptions,
);

const progressSchema = new Schema(
  { done: Number, total: Number, message: String, at: Date },
  embeddedOptions,
);

const inputSchema = new Schema(
  {
    key: { type: String, required: true },
    method: { type: String, enum: InputMethod.options, required: true },
    params: { type: String, required: true },
    epoch: { type: Number, required: true },
    askedAt: { type: Date, required: true },
    answer: String,
    answeredAt: Date,
  },
  embeddedOptions,
);

export const executionSchema = new Schema<ExecutionRecord>(
  {
    _id: { type: String, required: true },
    ownerId: { type: String, required: true },
    taskId: String,
    fireTime: Date,
    rerunOf: String,
    redriveId: String,
    source: { type: String, enum: ExecutionSource.options, required: true },
    plugin: { type: String, required: true },
    action: { type: String, required: true },
    pluginVersion: { type: String, required: true },
    pool: { type: String, required: true },
    payload: { type: String, required: true },
    policy: { type: policySchema, required: true },
    status: { type: String, enum: ExecutionStatus.options, required: true },
    seq: { type: Number, required: true },
    epoch: { type: Number, required: true },
    lease: leaseSchema,
    attemptsUsed: { type: Number, required: true },
    crashes: { type: Number, required: true },
    handBacks: { type: Number, required: true },
    attempts: { type: [attemptSchema], required: true },
    nextAttemptAt: Date,
    deadlineAt: Date,
    heldAt: Date,
    redeliveries: {
      type: [new Schema({ seq: Number, at: Date }, embeddedOptions)],
      default: undefined,
    },
    lacksAction: Boolean,
    cancel: new Schema({ at: Date, by: String }, embeddedOptions),
    result: String,
    content: String,
    cacheKey: String,
    cachedUntil: Date,
    isCached: Boolean,
    failure: failureSchema,
    fingerprint: String,
    hasRerun: Boolean,
    inputs: { type: [inputSchema], default: undefined },
    earlyAnswers: String,
    steps: { type: Map, of: stepSchema },
    progress: progressSchema,
    priority: { type: String, enum: Priority.options, required: true },
    idempotencyKey: String,
    bodyHash: String,
    requestId: String,
    mcpCall: String,
    waitMs: Number,
    runMs: Number,
    endedAt: Date,
    settledAt: Date,
    isUnsettled: Boolean,
    expiresAt: Date,
  },
  { ...schemaOptions, collection: 'pluginexecutions' },
)
  .index(
    { ownerId: 1, idempotencyKey: 1 },
    { unique: true, partialFilterExpression: { idempotencyKey: { $exists: true } } },
  )
  .index(
    { taskId: 1, fireTime: 1 },
    { unique: true, partialFilterExpression: { fireTime: { $exists: true } } },
  )
  .index(listIndex())
  .index(listIndex(['ownerId']))
  .index(listIndex(['ownerId', 'status']))
  .index(listIndex(['taskId']), { partialFilterExpression: { taskId: { $exists: true } } })
  .index(listIndex(['redriveId']), { partialFilterExpression: { redriveId: { $exists: true } } })
  .index(listIndex([], 'endedAt'), { name: 'failures', partialFilterExpression: { status: 'failed' } })
  .index(listIndex(['ownerId'], 'endedAt'), {
    name: 'failures_of_owner',
    partialFilterExpression: { status: 'failed' },
  })
  .index({ plugin: 1, action: 1, endedAt: -1 }, { partialFilterExpression: { endedAt: { $exists: true } } })
  .index({ plugin: 1, heldAt: 1 }, { partialFilterExpression: { heldAt: { $exists: true } } })
  .index({ status: 1, _id: 1 })
  .index({ status: 1, deadlineAt: 1 }, { name: 'unsettled', partialFilterExpression: { isUnsettled: true } })
  .index(
    { 'cancel.at': 1 },
    {
      partialFilterExpression: {
        'cancel.at': { $exists: true },
        status: { $in: ['queued', 'retrying', 'input_required', 'running'] },
      },
    },
  )
  .index({ cacheKey: 1, cachedUntil: -1 }, { partialFilterExpression: { cacheKey: { $exists: true } } })
  .index({ rerunOf: 1 }, { partialFilterExpression: { rerunOf: { $exists: true } } })
  .index({ mcpCall: 1 }, { partialFilterExpression: { mcpCall: { $exists: true } } })
  .index({ fingerprint: 1, endedAt: 1 }, { partialFilterExpression: { fingerprint: { $exists: true } } })
  .index(
    { expiresAt: 1 },
    { name: 'ttl', expireAfterSeconds: 0, partialFilterExpression: { expiresAt: { $exists: true } } },
  );

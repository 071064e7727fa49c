import { ContentBlock, Slug } from '@mcp-server/plugin-sdk/schemas';
import { z } from 'zod';

import { ExecutionPolicy } from './execution-policy.ts';
import { Input, InputRecord } from './input-record.ts';
import { IdempotencyKey, JsonValue, ObjectIdText, Priority, Unreadable } from './primitives.ts';
import { ContentText, JsonObjectText, JsonText, StoredTime } from './stored-value.ts';

export const ExecutionStatus = z.enum([
  'queued',
  'running',
  'retrying',
  'input_required',
  'completed',
  'failed',
  'cancelled',
]);
export type ExecutionStatus = z.infer<typeof ExecutionStatus>;

/** Statuses that never change again. */
export const END_STATUSES = ['completed', 'failed', 'cancelled'] as const satisfies ExecutionStatus[];
/** All other statuses. */
export const UNFINISHED_STATUSES = [
  'queued',
  'running',
  'retrying',
  'input_required',
] as const satisfies Exclude<ExecutionStatus, EndStatus>[];
export type EndStatus = (typeof END_STATUSES)[number];
export const isEnded = (status: ExecutionStatus): status is EndStatus =>
  (END_STATUSES as readonly ExecutionStatus[]).includes(status);

export const FailureKind = z.enum([
  'error',
  'timeout',
  'invalid_input',
  'invalid_output',
  'plugin_missing',
  'crashed',
  'outcome_unknown',
  'expired',
]);
export type FailureKind = z.infer<typeof FailureKind>;

export const Failure = z.object({ kind: FailureKind, message: z.string(), code: z.string().optional() });
export type Failure = z.infer<typeof Failure>;

/** Short SHA-256 over plugin, action, kind of failure and the message without its variable parts. */
export const Fingerprint = z.string().regex(/^[0-9a-f]{16}$/, 'must be 16 hexadecimal digits');

export const AttemptOutcome = z.enum([
  'completed',
  'failed',
  'cancelled',
  'crashed',
  'handed_back',
  'input_required',
]);
export type AttemptOutcome = z.infer<typeof AttemptOutcome>;

export const ExecutionSource = z.enum(['task', 'execute', 'mcp', 'schedule', 'system']);
export type ExecutionSource = z.infer<typeof ExecutionSource>;

/** One try of an execution on one worker, identified by its epoch. */
export const AttemptRecord = z.object({
  epoch: z.int(),
  worker: z.string(),
  startedAt: StoredTime,
  endedAt: StoredTime.optional(),
  outcome: AttemptOutcome.optional(),
  error: Failure.optional(),
  /** Stack of the error that the plugin threw, masked. Shown to developers and admins only. */
  stack: z.string().optional(),
});
export type AttemptRecord = z.infer<typeof AttemptRecord>;

/** The time until which the holder of the epoch owns the run (database clock). */
export const Lease = z.object({ until: StoredTime, worker: z.string(), token: z.string() });
export type Lease = z.infer<typeof Lease>;

/** A side effect guarded by `ctx.once`; a start without an end means that the process died inside it. */
export const StepRecord = z.object({
  startedAt: StoredTime,
  epoch: z.int(),
  endedAt: StoredTime.optional(),
  result: JsonText.optional(),
});
export type StepRecord = z.infer<typeof StepRecord>;

export const ProgressRecord = z.object({
  done: z.number(),
  total: z.number().optional(),
  message: z.string().optional(),
  at: StoredTime,
});
export type ProgressRecord = z.infer<typeof ProgressRecord>;

/** Far above any policy; each crash delays the next start by a second. */
const MAX_CRASHES = 10_000;

/** An execution as stored in `pluginexecutions`. Payload and result are JSON text; see docs/decisions/0002. */
export const ExecutionRecord = z.object({
  _id: z.uuid(),
  ownerId: ObjectIdText,
  taskId: ObjectIdText.optional(),
  fireTime: StoredTime.optional(),
  rerunOf: z.uuid().optional(),
  /** The redrive that created it. */
  redriveId: z.uuid().optional(),
  source: ExecutionSource,
  plugin: Slug,
  action: Slug,
  pluginVersion: z.string(),
  pool: Slug,
  payload: JsonText,
  policy: ExecutionPolicy,
  status: ExecutionStatus,
  /** Identifies one Redis job, `<_id>-<seq>`. */
  seq: z.int(),
  /** Identifies one claim; every write of a running attempt is filtered by it. */
  epoch: z.int(),
  lease: Lease.optional(),
  attemptsUsed: z.int(),
  crashes: z.int().min(0).max(MAX_CRASHES),
  handBacks: z.int(),
  attempts: z.array(AttemptRecord),
  nextAttemptAt: StoredTime.optional(),
  deadlineAt: StoredTime.optional(),
  /** Start of the deferral while its plugin is paused or no living worker has its action (database clock). */
  heldAt: StoredTime.optional(),
  /** Redeliveries by the sweep under a raised `seq`; the newest 20. */
  redeliveries: z.array(z.object({ seq: z.int(), at: StoredTime })).optional(),
  /** The last worker that took it does not have the action. */
  lacksAction: z.literal(true).optional(),
  cancel: z.object({ at: StoredTime, by: z.string() }).optional(),
  result: JsonText.optional(),
  /** Presentation of the result for people and models. */
  content: ContentText.optional(),
  /** Its result serves later executions with this key, until `cachedUntil` (database clock); see submission/cache-key.ts. */
  cacheKey: z.string().optional(),
  cachedUntil: StoredTime.optional(),
  /** It did not run: its result is that of an earlier execution. */
  isCached: z.literal(true).optional(),
  failure: Failure.optional(),
  /** Identifies the cause: executions that failed for the same reason share it. See executions/fingerprint.ts. */
  fingerprint: Fingerprint.optional(),
  /** It has at least one rerun. A hint for readers that look for executions without one; written afterwards. */
  hasRerun: z.literal(true).optional(),
  /** Questions in the order of asking; the status is `input_required` while one is unanswered. */
  inputs: z.array(InputRecord).optional(),
  /** Answers sent with the call, ahead of any question, by key. */
  earlyAnswers: JsonObjectText.optional(),
  steps: z.record(z.string(), StepRecord).optional(),
  progress: ProgressRecord.optional(),
  priority: Priority,
  idempotencyKey: IdempotencyKey.optional(),
  bodyHash: z.string().optional(),
  requestId: z.string().optional(),
  /** Name of the MCP call that began it, to cancel it by. See mcp/session.ts of the API. */
  mcpCall: z.string().optional(),
  waitMs: z.number().optional(),
  runMs: z.number().optional(),
  endedAt: StoredTime.optional(),
  /** From acceptance until it is settled: keeps an index of what the sweep may have to repair. */
  isUnsettled: z.literal(true).optional(),
  settledAt: StoredTime.optional(),
  expiresAt: StoredTime.optional(),
  createdAt: StoredTime,
  updatedAt: StoredTime,
});
export type ExecutionRecord = z.infer<typeof ExecutionRecord>;

/** An execution in API responses. Times are ISO 8601, durations milliseconds. */
export const Execution = z.object({
  id: z.uuid(),
  ownerId: z.string(),
  taskId: z.string().optional(),
  rerunOf: z.string().optional(),
  reruns: z.array(z.string()).optional().describe('Reruns of this execution, oldest first'),
  redriveId: z.string().optional(),
  fireTime: z.iso.datetime().optional(),
  source: ExecutionSource,
  plugin: z.string(),
  action: z.string(),
  pluginVersion: z.string(),
  pool: z.string(),
  priority: Priority,
  status: ExecutionStatus,
  payload: JsonValue,
  result: JsonValue.optional(),
  /** Presentation of the result for people and models. */
  content: z.array(ContentBlock).optional(),
  cached: z
    .literal(true)
    .optional()
    .describe('It did not run: its result is that of an earlier execution with the same payload'),
  failure: Failure.optional(),
  /** Questions in the order of asking. */
  inputs: z.array(Input).optional(),
  /** Number of unanswered questions; absent if there are none. */
  openInputs: z.int().optional(),
  fingerprint: z.string().optional(),
  attemptsUsed: z.int(),
  crashes: z.int(),
  handBacks: z.int(),
  attempts: z.array(
    z.object({
      epoch: z.int(),
      worker: z.string(),
      startedAt: z.iso.datetime(),
      endedAt: z.iso.datetime().optional(),
      outcome: AttemptOutcome.optional(),
      error: Failure.optional(),
      stack: z
        .string()
        .optional()
        .describe('Stack of the error that the plugin threw; for developers and admins'),
    }),
  ),
  progress: z
    .object({
      done: z.number(),
      total: z.number().optional(),
      message: z.string().optional(),
      at: z.iso.datetime(),
    })
    .optional(),
  cancelRequestedAt: z.iso.datetime().optional(),
  nextAttemptAt: z.iso.datetime().optional(),
  deadlineAt: z.iso.datetime().optional(),
  waitMs: z.number().optional(),
  runMs: z.number().optional(),
  createdAt: z.iso.datetime(),
  endedAt: z.iso.datetime().optional(),
  unreadable: Unreadable,
});
export type Execution = z.infer<typeof Execution>;

/** An execution in a list, without its large fields. */
export const ExecutionSummary = Execution.omit({
  payload: true,
  result: true,
  content: true,
  inputs: true,
  attempts: true,
  reruns: true,
});
export type ExecutionSummary = z.infer<typeof ExecutionSummary>;

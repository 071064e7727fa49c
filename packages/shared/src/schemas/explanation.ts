import { z } from 'zod';

import { AttemptOutcome, ExecutionStatus, Failure } from './execution.ts';

/** Code of the reason for an execution's state. Stable forever; docs/guide.md describes each. */
export const ReasonCode = z.enum([
  'not_before',
  'retry_backoff',
  'in_line',
  'being_delivered',
  'not_in_queue',
  'queue_unreachable',
  'no_worker_for_pool',
  'no_worker_for_plugin',
  'version_mismatch',
  'pool_paused',
  'plugin_paused',
  'admission_limits',
  'suspect',
  'input_required',
  'running',
  'lease_lapsed',
  'cancel_requested',
  'completed',
  'failed',
  'cancelled',
]);
export type ReasonCode = z.infer<typeof ReasonCode>;

/** One reason as text, with the facts behind it. Times are the database's. */
export const Reason = z.object({
  code: ReasonCode,
  text: z.string(),
  since: z.iso.datetime().optional(),
  until: z.iso.datetime().optional(),
  by: z.string().optional().describe('Id of the account'),
  reason: z.string().optional().describe('Reason given by that account'),
  worker: z.string().optional(),
  pool: z.string().optional(),
  plugin: z.string().optional(),
  version: z.string().optional().describe('Version that the execution was accepted for'),
  served: z.array(z.string()).optional().describe('Versions that live workers serve'),
  ahead: z.int().optional().describe('Jobs ahead of this one'),
  running: z.int().optional().describe('Executions running in the pool'),
  slots: z.int().optional(),
  freeSlots: z.int().optional(),
  attempt: z.int().optional(),
  attempts: z.int().optional(),
  crashes: z.int().optional(),
  maxCrashes: z.int().optional(),
  unfinished: z.int().optional().describe('Unfinished executions of its owner, counted up to the limit'),
  limit: z.int().optional(),
  questions: z
    .array(z.object({ key: z.string(), method: z.string(), message: z.string().optional() }))
    .optional(),
  progress: z
    .object({ done: z.number(), total: z.number().optional(), message: z.string().optional() })
    .optional(),
  forMs: z.int().optional().describe('How long it has been running'),
  failure: Failure.optional(),
});
export type Reason = z.infer<typeof Reason>;

export const TimelineStep = z.enum([
  'accepted',
  'enqueued',
  'held',
  'claimed',
  'attempt_ended',
  'crashed',
  'handed_back',
  'redelivered',
  'input_asked',
  'input_answered',
  'cancel_requested',
  'ended',
]);
export type TimelineStep = z.infer<typeof TimelineStep>;

export const TimelineEvent = z.object({
  at: z.iso.datetime(),
  what: TimelineStep,
  worker: z.string().optional(),
  epoch: z.int().optional().describe('Claim'),
  seq: z.int().optional().describe('Delivery'),
  outcome: AttemptOutcome.optional(),
  status: ExecutionStatus.optional(),
  key: z.string().optional().describe('Question'),
  by: z.string().optional(),
  failure: Failure.optional(),
});
export type TimelineEvent = z.infer<typeof TimelineEvent>;

/** Percentiles over the newest ended executions of an action, in milliseconds. Null if none has ended. */
export const Percentiles = z.object({ p50: z.number(), p95: z.number() });
export type Percentiles = z.infer<typeof Percentiles>;

/** `waitMs`: from acceptance to the first start. `runMs`: the last attempt. */
export const DurationStats = z.object({
  waitMs: Percentiles.nullable(),
  runMs: Percentiles.nullable(),
  samples: z.int(),
});
export type DurationStats = z.infer<typeof DurationStats>;

/** Explains why an execution is not running or not finished, with its timeline and the usual times. */
export const Explanation = z.object({
  id: z.uuid(),
  status: ExecutionStatus,
  reasons: z.array(Reason),
  timeline: z.array(TimelineEvent),
  usual: DurationStats,
  now: z.iso.datetime().describe('Database time of this response'),
});
export type Explanation = z.infer<typeof Explanation>;

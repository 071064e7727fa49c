import { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { z } from 'zod';

import type { Priority } from './schemas/primitives.ts';

/** All that a job carries: the document in MongoDB decides, BullMQ only delivers. */
export const ExecutionJob = z.strictObject({ executionId: z.uuid() });
export type ExecutionJob = z.infer<typeof ExecutionJob>;

/** BullMQ takes the lowest number first, and jobs without a priority before all others; so every job has one. */
export const JOB_PRIORITY: Record<Priority, number> = { urgent: 1, high: 2, normal: 3, low: 4 };

/** The only job name. */
export const EXECUTE_JOB = 'execute';

/** The queue of a pool. */
export const queueName = (pool: string): string => `pool-${pool}`;

/** Names one delivery: a new `seq` makes a new job, because BullMQ silently ignores an id it still knows. */
export const jobId = (executionId: string, seq: number): string => `${executionId}-${seq}`;

/** The `seq` of a job id. */
export const seqOf = (id: string): number => Number(id.slice(id.lastIndexOf('-') + 1));

/** Finished jobs are kept a little for the dashboard; history lives in MongoDB. */
const KEEP_COMPLETED = { age: 3_600, count: 1_000 };
const KEEP_FAILED = { age: 86_400, count: 5_000 };
/** BullMQ copies events into a stream that nobody here reads from the start. */
const EVENT_STREAM_LENGTH = 1_000;

/** Adding to a queue never waits for Redis: it fails, and the sweep adds later. */
export function buildQueue(pool: string, redis: Redis, prefix: string): Queue<ExecutionJob> {
  return new Queue<ExecutionJob>(queueName(pool), {
    connection: redis,
    prefix,
    skipWaitingForReady: true,
    // A version check that fails while Redis is away would be remembered for ever.
    skipVersionCheck: true,
    streams: { events: { maxLen: EVENT_STREAM_LENGTH } },
    defaultJobOptions: {
      attempts: 1,
      removeOnComplete: KEEP_COMPLETED,
      removeOnFail: KEEP_FAILED,
      stackTraceLimit: 0,
      keepLogs: 0,
    },
  });
}

/** Channel on which ids of executions are published that have ended or ask for input. */
export const endedChannel = (prefix: string): string => `${prefix}:ended`;
/** Channel on which ids of executions to cancel are published. */
export const cancelChannel = (prefix: string): string => `${prefix}:cancel`;
/** Channel that says that a pool or plugin was paused or resumed. */
export const pausesChannel = (prefix: string): string => `${prefix}:pauses`;
/** Key that vanishes with everything else when Redis is wiped. */
export const generationKey = (prefix: string): string => `${prefix}:generation`;

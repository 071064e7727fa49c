import { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { z } from 'zod';

import type { ExecutionRecord } from './schemas/execution.ts';

/** Data of a job, nothing but an id: the document in MongoDB decides, BullMQ only delivers. */
export const ExecutionJob = z.strictObject({ executionId: z.uuid() });
export type ExecutionJob = z.infer<typeof ExecutionJob>;

/** Name of a job: for people who look at the queue, and for workers to pass on what they cannot run. */
export const jobName = ({ plugin, action }: Pick<ExecutionRecord, 'plugin' | 'action'>): string =>
  `${plugin}.${action}`;

/** Reads the action from the name of a job. Undefined for jobs of older releases, which all have one name. */
export function actionOfJob(name: string): { plugin: string; action: string } | undefined {
  const [plugin, action] = name.split('.');
  return plugin !== undefined && action !== undefined ? { plugin, action } : undefined;
}

/** Name of the queue of a pool. */
export const queueName = (pool: string): string => `pool-${pool}`;

/** Id of one delivery. A new delivery needs a new `seq`, because BullMQ silently ignores an id it still knows. */
export const jobId = (executionId: string, seq: number): string => `${executionId}-${seq}`;

/** Reads the execution's id from a job id. */
export const executionIdOf = (id: string): string => id.slice(0, id.lastIndexOf('-'));

/** Reads the `seq` from a job id. */
export const seqOf = (id: string): number => Number(id.slice(id.lastIndexOf('-') + 1));

/** Finished jobs are kept for the dashboard for a while, up to a count; the history is in MongoDB. */
const KEEP_COMPLETED = { age: 3_600, count: 1_000 };
const KEEP_FAILED = { age: 86_400, count: 5_000 };
/** BullMQ copies events into a stream that is never read from its start here. */
const EVENT_STREAM_LENGTH = 1_000;

/** Builds the queue of a pool. Adding to it never waits for Redis: it fails, and the sweep adds later. */
export function buildQueue(pool: string, redis: Redis, prefix: string): Queue<ExecutionJob> {
  return new Queue<ExecutionJob>(queueName(pool), {
    connection: redis,
    prefix,
    skipWaitingForReady: true,
    // BullMQ would remember forever a version check that failed while Redis was away.
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

/** Channel for ids of executions that have ended or ask for input. */
export const endedChannel = (prefix: string): string => `${prefix}:ended`;
/** Channel for ids of executions to cancel. */
export const cancelChannel = (prefix: string): string => `${prefix}:cancel`;
/** Channel for the news that a pool or plugin was paused or resumed. */
export const pausesChannel = (prefix: string): string => `${prefix}:pauses`;
/** Channel for names of packages whose wish changed. */
export const packagesChannel = (prefix: string): string => `${prefix}:packages`;
/** Channel for ids of users whose rights changed. */
export const accountsChannel = (prefix: string): string => `${prefix}:accounts`;
/** Key that shows by its absence that Redis was wiped. */
export const generationKey = (prefix: string): string => `${prefix}:generation`;

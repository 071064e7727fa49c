import {
  enqueueExecution,
  type EnqueueOptions,
  type ExecutionRecord,
  type PoolQueues,
  takePlace,
} from '@mcp-server/shared';

import { findPlace, type QueuePlace } from './queue-place.ts';

type Queue = ReturnType<PoolQueues['of']>;
type Redis = Parameters<typeof findPlace>[1];

/** Enqueues accepted executions and inspects the queues. */
export interface ExecutionQueues {
  /** True while Redis answers; executions accepted otherwise are delivered by the sweep. */
  isReachable(): boolean;
  /** Rejects at once while Redis is unavailable, and soon when it hangs. */
  add(execution: ExecutionRecord, options?: EnqueueOptions): Promise<void>;
  /** Takes the place in line of an execution that is about to be added. Rejects while Redis is unavailable. */
  takePlace(execution: ExecutionRecord): Promise<number>;
  /** Number of jobs of a pool by state. Rejects while Redis is unavailable. */
  countJobs(pool: string): Promise<Record<string, number>>;
  /** Finds the job of an execution. Rejects while Redis is unavailable. */
  locate(execution: Pick<ExecutionRecord, '_id' | 'seq' | 'pool'>): Promise<QueuePlace>;
  /** Pauses or resumes a pool's queue. Rejects while Redis is unavailable. */
  setPaused(pool: string, isPaused: boolean): Promise<void>;
}

const COUNTED_STATES = ['wait', 'prioritized', 'active', 'delayed', 'completed', 'failed'] as const;

export function buildExecutionQueues(redis: Redis, queues: PoolQueues): ExecutionQueues {
  const on = async <T>(pool: string, work: (queue: Queue) => Promise<T>): Promise<T> => {
    if (redis.status !== 'ready') throw new Error(`Redis connection is ${redis.status}`);
    return work(queues.of(pool));
  };

  return {
    isReachable: () => redis.status === 'ready',
    add: (execution, options) => on(execution.pool, (queue) => enqueueExecution(queue, execution, options)),
    takePlace: (execution) => on(execution.pool, (queue) => takePlace(queue, execution)),
    countJobs: (pool) => on(pool, (queue) => queue.getJobCounts(...COUNTED_STATES)),
    locate: (execution) => on(execution.pool, (queue) => findPlace(queue, redis, execution)),
    setPaused: (pool, isPaused) => on(pool, (queue) => (isPaused ? queue.pause() : queue.resume())),
  };
}

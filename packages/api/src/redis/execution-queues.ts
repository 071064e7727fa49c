import { buildQueue, enqueueExecution, type ExecutionRecord, type Logger } from '@mcp-server/shared';

import { findPlace, type QueuePlace } from './queue-place.ts';

type Queue = ReturnType<typeof buildQueue>;
type Redis = Parameters<typeof buildQueue>[1];

/** Where accepted work is handed over for delivery. */
export interface ExecutionQueues {
  /** True while Redis answers; what is accepted meanwhile is delivered by the sweep. */
  isReachable(): boolean;
  /** Rejects at once while Redis is away, and soon when it hangs. */
  add(execution: Pick<ExecutionRecord, '_id' | 'seq' | 'priority' | 'pool'>, delayMs?: number): Promise<void>;
  /** How many jobs of a pool are in which state. Rejects while Redis is away. */
  countJobs(pool: string): Promise<Record<string, number>>;
  /** Where the job of an execution stands. Rejects while Redis is away. */
  locate(execution: Pick<ExecutionRecord, '_id' | 'seq' | 'pool'>): Promise<QueuePlace>;
  /** Makes workers take nothing (any more) of a pool, or again. Rejects while Redis is away. */
  setPaused(pool: string, isPaused: boolean): Promise<void>;
  close(): Promise<void>;
}

const COUNTED_STATES = ['wait', 'prioritized', 'active', 'delayed', 'completed', 'failed'] as const;

/** One BullMQ queue for each pool, made when its first execution comes. */
export function createExecutionQueues(redis: Redis, prefix: string, logger: Logger): ExecutionQueues {
  const queues = new Map<string, Queue>();

  const queueOf = (pool: string): Queue => {
    const known = queues.get(pool);
    if (known) return known;
    const queue = buildQueue(pool, redis, prefix);
    queue.on('error', (err) => logger.debug({ err, pool }, 'queue connection error'));
    queues.set(pool, queue);
    return queue;
  };

  const drop = async (pool: string): Promise<void> => {
    const queue = queues.get(pool);
    queues.delete(pool);
    // It never connected, so there is nothing to close well.
    await queue?.close().catch(() => undefined);
  };

  const on = async <T>(pool: string, act: (queue: Queue) => Promise<T>): Promise<T> => {
    if (redis.status !== 'ready') throw new Error(`Redis connection is ${redis.status}`);
    try {
      return await act(queueOf(pool));
    } catch (error) {
      // BullMQ keeps the outcome of its first contact for ever: a queue whose first contact failed never recovers.
      await drop(pool);
      throw error;
    }
  };

  return {
    isReachable: () => redis.status === 'ready',
    add: (execution, delayMs) => on(execution.pool, (queue) => enqueueExecution(queue, execution, delayMs)),
    countJobs: (pool) => on(pool, (queue) => queue.getJobCounts(...COUNTED_STATES)),
    locate: (execution) => on(execution.pool, (queue) => findPlace(queue, redis, execution)),
    setPaused: (pool, isPaused) => on(pool, (queue) => (isPaused ? queue.pause() : queue.resume())),
    async close() {
      await Promise.all([...queues.keys()].map(drop));
    },
  };
}

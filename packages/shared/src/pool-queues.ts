import type { Queue } from 'bullmq';
import type { Redis } from 'ioredis';

import { buildQueue, type ExecutionJob } from './queues.ts';

/** One BullMQ queue per pool over a shared connection, opened at first use. */
export class PoolQueues {
  readonly #redis: Redis;
  readonly #prefix: string;
  readonly #onError: (error: Error, pool: string) => void;
  readonly #queues = new Map<string, Queue<ExecutionJob>>();

  constructor(redis: Redis, prefix: string, onError: (error: Error, pool: string) => void) {
    this.#redis = redis;
    this.#prefix = prefix;
    this.#onError = onError;
  }

  /** Returns the queue of a pool. It needs no reachable Redis: calls fail until Redis is back, then succeed. */
  of(pool: string): Queue<ExecutionJob> {
    const existing = this.#queues.get(pool);
    if (existing) return existing;
    const queue = buildQueue(pool, this.#redis, this.#prefix);
    queue.on('error', (error) => this.#onError(error, pool));
    this.#queues.set(pool, queue);
    return queue;
  }

  async close(): Promise<void> {
    await Promise.allSettled([...this.#queues.values()].map((queue) => queue.close()));
  }
}

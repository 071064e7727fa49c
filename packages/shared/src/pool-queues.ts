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

  /** The queue of a pool. Ask again for every use: a queue that could not connect is replaced. */
  of(pool: string): Queue<ExecutionJob> {
    const existing = this.#queues.get(pool);
    if (existing) return existing;
    const queue = buildQueue(pool, this.#redis, this.#prefix);
    queue.on('error', (error) => this.#onError(error, pool));
    this.#queues.set(pool, queue);
    // BullMQ keeps the outcome of its first contact for ever: a queue whose first contact failed never recovers.
    queue.waitUntilReady().catch(() => this.#drop(pool, queue));
    return queue;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#queues].map(([pool, queue]) => this.#drop(pool, queue)));
  }

  async #drop(pool: string, queue: Queue<ExecutionJob>): Promise<void> {
    if (this.#queues.get(pool) === queue) this.#queues.delete(pool);
    // A queue that never connected rejects here too; there is nothing to close.
    await queue.close().catch(() => undefined);
  }
}

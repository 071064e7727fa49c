import { buildQueue, buildTickQueue, type ExecutionJob, type TickJob } from '@mcp-server/shared';
import type { Queue } from 'bullmq';
import type { Redis } from 'ioredis';

/** Queues that this process adds to: that of the tickers, and those of pools, each opened at first use. */
export class PoolQueues {
  readonly #producer: Redis;
  readonly #prefix: string;
  readonly #onError: (error: Error) => void;
  readonly #queues = new Map<string, Queue<ExecutionJob>>();
  readonly ticks: Queue<TickJob>;

  constructor(producer: Redis, prefix: string, onError: (error: Error) => void) {
    this.#producer = producer;
    this.#prefix = prefix;
    this.#onError = onError;
    this.ticks = buildTickQueue(producer, prefix);
    this.ticks.on('error', onError);
  }

  of(pool: string): Queue<ExecutionJob> {
    const openQueue = this.#queues.get(pool);
    if (openQueue) return openQueue;
    const queue = buildQueue(pool, this.#producer, this.#prefix);
    queue.on('error', this.#onError);
    this.#queues.set(pool, queue);
    return queue;
  }

  async close(): Promise<void> {
    await Promise.allSettled([this.ticks, ...this.#queues.values()].map((queue) => queue.close()));
  }
}

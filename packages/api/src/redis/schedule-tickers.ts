import {
  buildTickQueue,
  type TickerSpec,
  createRedis,
  isScheduled,
  type Logger,
  deleteTicker,
  setTicker,
  type Stored,
  type TaskRecord,
} from '@mcp-server/shared';

type Redis = ReturnType<typeof createRedis>;

/** The tickers of schedules, in Redis. The sweep repairs what fails here: the task says what its ticker must be. */
export interface ScheduleTickers {
  /** Sets the ticker that the task's schedule needs, or deletes it. */
  follow(task: Pick<Stored<TaskRecord>, 'id'> & Partial<TaskRecord>): Promise<void>;
  close(): Promise<void>;
}

export function createScheduleTickers(redis: Redis, prefix: string, logger: Logger): ScheduleTickers {
  const queue = buildTickQueue(redis, prefix);
  queue.on('error', (err) => logger.debug({ err }, 'ticker queue connection error'));

  return {
    async follow(task) {
      try {
        if (redis.status !== 'ready') throw new Error(`Redis connection is ${redis.status}`);
        const ticker = tickerOf(task);
        await (ticker ? setTicker(queue, ticker) : deleteTicker(queue, task.id));
      } catch (err) {
        logger.warn({ err, taskId: task.id }, 'ticker not set; leaving it to the sweep');
      }
    },
    close: () => queue.close().catch(() => undefined),
  };
}

function tickerOf(task: Parameters<ScheduleTickers['follow']>[0]): TickerSpec | undefined {
  const stored = task as Stored<TaskRecord>;
  if (!isScheduled(stored)) return undefined;
  return { id: stored.id, rule: stored.schedule, revision: stored.scheduleRevision };
}

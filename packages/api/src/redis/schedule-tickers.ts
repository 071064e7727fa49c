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
  let queue: ReturnType<typeof buildTickQueue> | undefined;

  const open = () => {
    if (queue) return queue;
    queue = buildTickQueue(redis, prefix);
    queue.on('error', (err) => logger.debug({ err }, 'ticker queue connection error'));
    return queue;
  };

  const close = async (): Promise<void> => {
    const closing = queue;
    queue = undefined;
    await closing?.close().catch(() => undefined);
  };

  return {
    async follow(task) {
      try {
        if (redis.status !== 'ready') throw new Error(`Redis connection is ${redis.status}`);
        const ticker = tickerOf(task);
        await (ticker ? setTicker(open(), ticker) : deleteTicker(open(), task.id));
      } catch (err) {
        logger.warn({ err, taskId: task.id }, 'ticker not set; leaving it to the sweep');
        // BullMQ keeps the outcome of its first contact for ever: a queue whose first contact failed never recovers.
        await close();
      }
    },
    close,
  };
}

function tickerOf(task: Parameters<ScheduleTickers['follow']>[0]): TickerSpec | undefined {
  const stored = task as Stored<TaskRecord>;
  if (!isScheduled(stored)) return undefined;
  return { id: stored.id, rule: stored.schedule, revision: stored.scheduleRevision };
}

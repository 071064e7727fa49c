import {
  buildTickQueue,
  type TickerSpec,
  createRedis,
  isScheduled,
  type Logger,
  removeTicker,
  setTicker,
  type Stored,
  type TaskRecord,
} from '@mcp-server/shared';

type Redis = ReturnType<typeof createRedis>;

/** The clocks of schedules, in Redis. What fails here is put right by the sweep: the task says what its clock must be. */
export interface ScheduleClocks {
  /** Gives the task the clock that its schedule wants, or takes it away. */
  follow(task: Pick<Stored<TaskRecord>, 'id'> & Partial<TaskRecord>): Promise<void>;
  close(): Promise<void>;
}

export function createScheduleClocks(redis: Redis, prefix: string, logger: Logger): ScheduleClocks {
  let queue: ReturnType<typeof buildTickQueue> | undefined;

  const open = () => {
    if (queue) return queue;
    queue = buildTickQueue(redis, prefix);
    queue.on('error', (err) => logger.debug({ err }, 'clock connection error'));
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
        const clock = clockOf(task);
        await (clock ? setTicker(open(), clock) : removeTicker(open(), task.id));
      } catch (err) {
        logger.warn({ err, taskId: task.id }, 'clock not set, the sweep will');
        // BullMQ keeps the outcome of its first contact for ever: a queue whose first contact failed never recovers.
        await close();
      }
    },
    close,
  };
}

function clockOf(task: Parameters<ScheduleClocks['follow']>[0]): TickerSpec | undefined {
  const stored = task as Stored<TaskRecord>;
  if (!isScheduled(stored)) return undefined;
  return { id: stored.id, rule: stored.schedule, revision: stored.scheduleRevision };
}

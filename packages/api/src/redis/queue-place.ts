import { type buildQueue, type createRedis, type ExecutionRecord, jobId } from '@mcp-server/shared';

type Queue = ReturnType<typeof buildQueue>;
type Redis = ReturnType<typeof createRedis>;

/** Place of a job in its queue. */
export interface QueuePlace {
  /** `unknown`: Redis has no such job; `done`: it was delivered and not removed. */
  state: 'waiting' | 'delayed' | 'active' | 'unknown' | 'done';
  /** Number of jobs ahead of this waiting one. */
  ahead?: number;
  /** Time it was added, by the clock of the process that added it. */
  enqueuedAt?: Date;
}

/** Finds the job of an execution and the number of jobs ahead of it. */
export async function findPlace(
  queue: Queue,
  redis: Redis,
  { _id, seq }: Pick<ExecutionRecord, '_id' | 'seq'>,
): Promise<QueuePlace> {
  const id = jobId(_id, seq);
  const [state, job, ahead] = await Promise.all([
    queue.getJobState(id),
    queue.getJob(id),
    countAhead(queue, redis, id),
  ]);
  return {
    state: STATES[state] ?? 'unknown',
    ...(ahead === undefined ? {} : { ahead }),
    ...(job ? { enqueuedAt: new Date(job.timestamp) } : {}),
  };
}

const STATES: Partial<Record<string, QueuePlace['state']>> = {
  waiting: 'waiting',
  prioritized: 'waiting',
  delayed: 'delayed',
  active: 'active',
  completed: 'done',
  failed: 'done',
};

/** BullMQ first takes jobs without a priority, from the right end of a list, then the others by priority. */
async function countAhead(queue: Queue, redis: Redis, id: string): Promise<number | undefined> {
  const [rank, listed, index] = await Promise.all([
    redis.zrank(queue.toKey('prioritized'), id),
    redis.llen(queue.toKey('wait')),
    redis.lpos(queue.toKey('wait'), id),
  ]);
  if (rank !== null) return listed + rank;
  return index === null ? undefined : listed - 1 - index;
}

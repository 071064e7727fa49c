import { setTimeout as delay } from 'node:timers/promises';

import {
  buildModels,
  buildQueue,
  createMongo,
  createRedis,
  type ExecutionJob,
  type Models,
  type Mongo,
  pingMongo,
  pingRedis,
} from '@mcp-server/shared';
import type { Queue } from 'bullmq';
import type { Redis } from 'ioredis';

import type { Environment } from './environment.ts';

const CONNECTIONS = 4;
const ANSWER_WITHIN_MS = 8_000;
const RETRY_MS = 50;

/** The installation that is looked over: its settings and its stores. */
export interface Installation extends Environment {
  mongo: Mongo;
  models: Models;
  redis: Redis;
  /** Whether each store answers; what they hold is only asked when it does. */
  isUp: Record<'mongodb' | 'redis', boolean>;
  /** Below this a disk is short of space. Bytes. */
  freeBytes: number;
  queueOf: (pool: string) => Queue<ExecutionJob>;
  close(): Promise<void>;
}

/** Opens the stores; resolves when each has answered or been given up. */
export async function openInstallation(environment: Environment, freeBytes: number): Promise<Installation> {
  const { env } = environment;
  const mongo = createMongo({
    uri: env.MONGODB_URI,
    maxPoolSize: CONNECTIONS,
    serverSelectionTimeoutMs: ANSWER_WITHIN_MS,
    socketTimeoutMs: 2 * ANSWER_WITHIN_MS,
  });
  // Patient, not failing fast: a slow answer is an answer, and every check has a bound of its own.
  const redis = createRedis(env.REDIS_URL, 'consumer', () => undefined);
  const [mongodb, redisAnswers] = await Promise.all([
    answers(() => pingMongo(mongo.connection)),
    answers(() => pingRedis(redis)),
  ]);
  const queues = new Map<string, Queue<ExecutionJob>>();
  return {
    ...environment,
    mongo,
    models: buildModels(mongo.connection),
    redis,
    isUp: { mongodb, redis: redisAnswers },
    freeBytes,
    queueOf(pool) {
      const queue = queues.get(pool) ?? buildQueue(pool, redis, env.REDIS_PREFIX);
      queue.on('error', () => undefined);
      queues.set(pool, queue);
      return queue;
    },
    async close() {
      await Promise.allSettled([...queues.values()].map((queue) => queue.close()));
      redis.disconnect();
      await mongo.close();
    },
  };
}

/** Whether a ping succeeds in time; one that hangs is given up. */
async function answers(ping: () => Promise<number>): Promise<boolean> {
  const late = new AbortController();
  const timeout = delay(ANSWER_WITHIN_MS, false, { signal: late.signal }).catch(() => false);
  const pinged = untilPinged(ping, late.signal);
  const isUp = await Promise.race([pinged, timeout]);
  late.abort();
  return isUp;
}

async function untilPinged(ping: () => Promise<number>, late: AbortSignal): Promise<boolean> {
  while (!late.aborted) {
    const isUp = await ping().then(
      () => true,
      () => false,
    );
    if (isUp) return true;
    await delay(RETRY_MS);
  }
  return false;
}

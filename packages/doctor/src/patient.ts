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
const ANSWER_WITHIN_MS = 5_000;
const RETRY_MS = 50;

/** The installation that is looked over: its settings and its stores. */
export interface Patient extends Environment {
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
export async function openPatient(environment: Environment, freeBytes: number): Promise<Patient> {
  const { env } = environment;
  const mongo = createMongo({
    uri: env.MONGODB_URI,
    maxPoolSize: CONNECTIONS,
    serverSelectionTimeoutMs: ANSWER_WITHIN_MS,
    socketTimeoutMs: 2 * ANSWER_WITHIN_MS,
  });
  const redis = createRedis(env.REDIS_URL, 'producer', () => undefined);
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

async function answers(ping: () => Promise<number>): Promise<boolean> {
  const deadline = performance.now() + ANSWER_WITHIN_MS;
  while (performance.now() < deadline) {
    const isUp = await ping().then(
      () => true,
      () => false,
    );
    if (isUp) return true;
    await delay(RETRY_MS);
  }
  return false;
}

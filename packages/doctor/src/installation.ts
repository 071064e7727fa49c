import { setTimeout as delay } from 'node:timers/promises';

import {
  buildModels,
  PoolQueues,
  createMongo,
  createRedis,
  type ExecutionJob,
  type Models,
  type Mongo,
  pingMongo,
  pingRedis,
  withTimeout,
} from '@mcp-server/shared';
import type { Queue } from 'bullmq';
import type { Redis } from 'ioredis';

import type { Environment } from './environment.ts';

const CONNECTIONS = 4;
const CONNECT_TIMEOUT_MS = 8_000;
const RETRY_MS = 50;

/** The installation to check: its settings and its stores. */
export interface Installation extends Environment {
  mongo: Mongo;
  models: Models;
  redis: Redis;
  /** Whether each store is reachable; checks of its content run only if it is. */
  isUp: Record<'mongodb' | 'redis', boolean>;
  /** Bytes below which a disk is short of space. */
  freeBytes: number;
  queueOf: (pool: string) => Queue<ExecutionJob>;
  close(): Promise<void>;
}

/** Opens the stores; resolves when each has answered or timed out. */
export async function openInstallation(environment: Environment, freeBytes: number): Promise<Installation> {
  const { env } = environment;
  const mongo = createMongo({
    uri: env.MONGODB_URI,
    maxPoolSize: CONNECTIONS,
    serverSelectionTimeoutMs: CONNECT_TIMEOUT_MS,
    socketTimeoutMs: 2 * CONNECT_TIMEOUT_MS,
  });
  // Not failing fast: a slow reply is still a reply, and every check has its own time limit.
  const redis = createRedis(env.REDIS_URL, 'consumer', () => undefined);
  const [isMongoUp, isRedisUp] = await Promise.all([
    isReachable(() => pingMongo(mongo.connection)),
    isReachable(() => pingRedis(redis)),
  ]);
  const queues = new PoolQueues(redis, env.REDIS_PREFIX, () => undefined);
  return {
    ...environment,
    mongo,
    models: buildModels(mongo.connection),
    redis,
    isUp: { mongodb: isMongoUp, redis: isRedisUp },
    freeBytes,
    queueOf: (pool) => queues.of(pool),
    async close() {
      await queues.close();
      redis.disconnect();
      await mongo.close();
    },
  };
}

/** True if a ping succeeds within the time limit; hanging pings are abandoned. */
async function isReachable(ping: () => Promise<number>): Promise<boolean> {
  const timeLimit = new AbortController();
  const isUp = await withTimeout(pingUntil(timeLimit.signal, ping), CONNECT_TIMEOUT_MS);
  timeLimit.abort();
  return isUp ?? false;
}

async function pingUntil(abort: AbortSignal, ping: () => Promise<number>): Promise<boolean> {
  while (!abort.aborted) {
    const isUp = await ping().then(
      () => true,
      () => false,
    );
    if (isUp) return true;
    await delay(RETRY_MS);
  }
  return false;
}

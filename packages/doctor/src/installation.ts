import { setTimeout as delay } from 'node:timers/promises';

import {
  buildModels,
  PoolQueues,
  createMongo,
  createRedis,
  describeMongodbRefusal,
  describeRedisRefusal,
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
  /** Problem with the setting of a store that refuses it. */
  refusals: Partial<Record<'mongodb' | 'redis', string>>;
  /** Bytes below which a disk is short of space. */
  freeBytes: number;
  queueOf: (pool: string) => Queue<ExecutionJob>;
  close(): Promise<void>;
}

/** Opens the stores; resolves when each has answered or timed out. */
export async function openInstallation(environment: Environment, freeBytes: number): Promise<Installation> {
  const { env } = environment;
  const refusals: Installation['refusals'] = {};
  const refuse = (store: keyof typeof refusals, reason: string | undefined) => {
    if (reason !== undefined) refusals[store] = reason;
  };
  const mongo = createMongo({
    uri: env.MONGODB_URI,
    maxPoolSize: CONNECTIONS,
    serverSelectionTimeoutMs: CONNECT_TIMEOUT_MS,
    socketTimeoutMs: 2 * CONNECT_TIMEOUT_MS,
    contact: {
      succeeded: () => undefined,
      refuse: (reason) => refuse('mongodb', reason),
      failed: (error) => refuse('mongodb', describeMongodbRefusal(error)),
    },
  });
  // Not failing fast: a slow reply is still a reply, and every check has its own time limit.
  const redis = createRedis(env.REDIS_URL, 'consumer', (error) =>
    refuse('redis', describeRedisRefusal(error)),
  );
  const [isMongoUp, isRedisUp] = await Promise.all([
    isReachable(
      () => pingMongo(mongo.connection),
      () => refusals.mongodb !== undefined,
    ),
    isReachable(
      () => pingRedis(redis),
      () => refusals.redis !== undefined,
    ),
  ]);
  const queues = new PoolQueues(redis, env.REDIS_PREFIX, () => undefined);
  return {
    ...environment,
    mongo,
    models: buildModels(mongo.connection),
    redis,
    isUp: { mongodb: isMongoUp, redis: isRedisUp },
    refusals,
    freeBytes,
    queueOf: (pool) => queues.of(pool),
    async close() {
      await queues.close();
      redis.disconnect();
      await mongo.close();
    },
  };
}

/** True if a ping succeeds within the time limit and before the store refuses; hanging pings are abandoned. */
async function isReachable(ping: () => Promise<number>, isRefused: () => boolean): Promise<boolean> {
  const timeLimit = new AbortController();
  const isUp = await withTimeout(pingUntil(timeLimit.signal, ping, isRefused), CONNECT_TIMEOUT_MS);
  timeLimit.abort();
  return isUp ?? false;
}

async function pingUntil(
  abort: AbortSignal,
  ping: () => Promise<number>,
  isRefused: () => boolean,
): Promise<boolean> {
  while (!abort.aborted && !isRefused()) {
    const isUp = await ping().then(
      () => true,
      () => false,
    );
    if (isUp) return true;
    await delay(RETRY_MS);
  }
  return false;
}

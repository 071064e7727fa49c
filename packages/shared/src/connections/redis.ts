import { Redis, type RedisOptions } from 'ioredis';

/**
 * `producer`: fails at once while Redis is away and gives up on a hung one (API). `consumer`: waits forever, as
 * BullMQ's workers need. `subscriber`: waits, and subscribes again after a reconnect.
 */
export type RedisRole = 'producer' | 'consumer' | 'subscriber';

/** A hung Redis must not hang a request: without this an add was still pending after 8 s (measured). */
const COMMAND_TIMEOUT_MS = 500;
const MAX_RECONNECT_DELAY_MS = 1_000;

const ROLE_OPTIONS: Record<RedisRole, RedisOptions> = {
  producer: { enableOfflineQueue: false, maxRetriesPerRequest: 1, commandTimeout: COMMAND_TIMEOUT_MS },
  consumer: { maxRetriesPerRequest: null },
  subscriber: { maxRetriesPerRequest: null, autoResubscribe: true },
};

/** Opens a connection that reconnects forever. `onError` is called with every connection error. */
export function createRedis(url: string, role: RedisRole, onError: (error: Error) => void): Redis {
  const redis = new Redis(url, {
    ...ROLE_OPTIONS[role],
    connectTimeout: 2_000,
    retryStrategy: (times) => Math.min(50 * 2 ** Math.min(times, 10), MAX_RECONNECT_DELAY_MS),
  });
  redis.on('error', onError);
  return redis;
}

/** Resolves to the latency in milliseconds; rejects when Redis does not answer in time. */
export async function pingRedis(redis: Redis): Promise<number> {
  const startedAt = performance.now();
  if (redis.status !== 'ready') throw new Error(`Redis connection is ${redis.status}`);
  await redis.ping();
  return performance.now() - startedAt;
}

/** Life of the probe key, so that it never stays behind. */
const PROBE_TTL_MS = 1_000;

/**
 * Like `pingRedis`, with a write: a Redis whose memory is full answers a ping and takes nothing. Rejects with the error
 * of Redis.
 */
export async function pingRedisWrites(redis: Redis, prefix: string): Promise<number> {
  const startedAt = performance.now();
  if (redis.status !== 'ready') throw new Error(`Redis connection is ${redis.status}`);
  await redis.set(`${prefix}:probe`, '1', 'PX', PROBE_TTL_MS);
  return performance.now() - startedAt;
}

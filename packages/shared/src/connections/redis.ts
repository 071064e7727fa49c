import { Redis, type RedisOptions } from 'ioredis';

import { replaceWhenSilent } from './replace-silent.ts';

/**
 * `producer`: fails at once while Redis is away and gives up on a hung one (API). `consumer`: waits forever, as BullMQ's
 * workers need. `subscriber`: waits, and subscribes again after a reconnect. `blocked`: waits, for reads that block for up
 * to 5 s.
 */
export type RedisRole = 'producer' | 'consumer' | 'subscriber' | 'blocked';

/** A hung Redis must not hang a request: without this an add was still pending after 8 s (measured). */
const COMMAND_TIMEOUT_MS = 500;
const MAX_RECONNECT_DELAY_MS = 1_000;

/** Silence after which a connection is replaced: longer than a save or a slow script holds Redis up. */
const SILENT_MS = 4_000;
/** The same for connections of the role `blocked`. */
const SILENT_BLOCKED_MS = 7_000;
/** The same for BullMQ's duplicates, whose reads block for up to 10 s. */
const SILENT_DUPLICATE_MS = 11_000;

const ROLE_OPTIONS: Record<RedisRole, RedisOptions> = {
  producer: { enableOfflineQueue: false, maxRetriesPerRequest: 1, commandTimeout: COMMAND_TIMEOUT_MS },
  consumer: { maxRetriesPerRequest: null },
  subscriber: { maxRetriesPerRequest: null, autoResubscribe: true },
  blocked: { maxRetriesPerRequest: null },
};

/** BullMQ opens its blocking connections as duplicates. */
class WatchedRedis extends Redis {
  override duplicate(changes?: Partial<RedisOptions>): Redis {
    const redis = super.duplicate(changes);
    replaceWhenSilent(redis, SILENT_DUPLICATE_MS);
    return redis;
  }
}

/**
 * Opens a connection that reconnects forever, also when it goes silent. `onError` is called with every connection error.
 */
export function createRedis(url: string, role: RedisRole, onError: (error: Error) => void): Redis {
  const redis = new WatchedRedis(url, {
    ...ROLE_OPTIONS[role],
    connectTimeout: 2_000,
    retryStrategy: (times) => Math.min(50 * 2 ** Math.min(times, 10), MAX_RECONNECT_DELAY_MS),
  });
  redis.on('error', (error: Error & { command?: { name: string } }) => {
    // ioredis would go on with database 0, which may belong to another program.
    if (error.command?.name === 'select') redis.disconnect(true);
    onError(error);
  });
  replaceWhenSilent(redis, role === 'blocked' ? SILENT_BLOCKED_MS : SILENT_MS);
  return redis;
}

/** Resolves to the latency in milliseconds; rejects when Redis does not answer in time. */
export async function pingRedis(redis: Redis): Promise<number> {
  const startedAt = performance.now();
  if (redis.status !== 'ready') throw new Error(`Redis connection is ${redis.status}`);
  await redis.ping();
  return performance.now() - startedAt;
}

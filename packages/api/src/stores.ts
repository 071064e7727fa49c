import {
  type ConfigError,
  buildSettingsMask,
  createMongo,
  createRedis,
  describeMongodbRefusal,
  type Logger,
  type Mongo,
  StoreContact,
  watchRedis,
  withTimeout,
} from '@mcp-server/shared';

import type { Config } from './config/config.ts';

type Redis = ReturnType<typeof createRedis>;

/** Together these ensure a response within 5 s while the database is unavailable or hangs. */
const SERVER_SELECTION_TIMEOUT_MS = 1_500;
const SOCKET_TIMEOUT_MS = 4_000;
const MAX_POOL_SIZE = 50;
/** A start waits only this long for a Redis that neither answers nor fails: the API can do without it. */
const REDIS_FIRST_MS = 5_000;

/** Connections of one API process, and what it knows about the two stores. */
export interface Stores {
  mongo: Mongo;
  mongoContact: StoreContact;
  /** Connection for commands; fails at once while Redis is away. */
  producer: Redis;
  redisContact: StoreContact;
  /** Opens a connection that waits for Redis. */
  openWaiting(role: 'subscriber' | 'blocked'): Redis;
  close(): Promise<void>;
}

/** Opens the connections without waiting for them. */
export function openStores(config: Config, logger: Logger): Stores {
  const { MONGODB_URI, REDIS_URL, REDIS_PREFIX: prefix } = config;
  const mask = buildSettingsMask({ MONGODB_URI, REDIS_URL });
  const mongoContact = new StoreContact({
    store: 'MongoDB',
    setting: 'MONGODB_URI',
    log: logger,
    mask,
    describeRefusal: describeMongodbRefusal,
  });
  const mongo = createMongo({
    uri: MONGODB_URI,
    maxPoolSize: MAX_POOL_SIZE,
    serverSelectionTimeoutMs: SERVER_SELECTION_TIMEOUT_MS,
    socketTimeoutMs: SOCKET_TIMEOUT_MS,
    contact: mongoContact,
  });
  // `watchRedis` listens to its errors.
  const producer = createRedis(REDIS_URL, 'producer', () => undefined);
  const redisContact = watchRedis(producer, { prefix, log: logger, mask });
  const opened = [producer];
  return {
    mongo,
    mongoContact,
    producer,
    redisContact,
    openWaiting(role) {
      const redis = createRedis(REDIS_URL, role, (error) => redisContact.failed(error));
      opened.push(redis);
      return redis;
    },
    async close() {
      await mongo.close();
      // `quit` would wait for an unavailable Redis; nothing is in flight any more.
      for (const redis of opened) redis.disconnect();
    },
  };
}

/** Calls `listener` if a store refuses the settings. Replaces the listener of an earlier call. */
export function onRefused(
  { mongoContact, redisContact }: Stores,
  listener: (refusal: ConfigError) => void,
): void {
  mongoContact.onRefused(listener);
  redisContact.onRefused(listener);
}

/**
 * Resolves when `prepared` does and Redis has answered or failed, or after `timeoutMs`.
 * @throws {ConfigError} if a store refuses the settings.
 */
export async function awaitStores(stores: Stores, prepared: Promise<void>, timeoutMs: number): Promise<void> {
  const refused = new Promise<never>((_resolve, reject) => onRefused(stores, reject));
  const ready = Promise.all([prepared, stores.redisContact.first(REDIS_FIRST_MS)]);
  await withTimeout(Promise.race([ready, refused]), timeoutMs);
}

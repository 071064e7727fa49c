import {
  buildSettingsMask,
  type ConfigError,
  createMongo,
  createRedis,
  describeMongodbRefusal,
  type Logger,
  type Mongo,
  StoreContact,
  watchRedis,
} from '@mcp-server/shared';
import type { Redis } from 'ioredis';

import type { WorkerConfig } from './config.ts';

/** Connections beyond one per run, for beats, sweeps and settles. */
const SPARE_CONNECTIONS = 10;
const MAX_POOL = 60;
const SERVER_SELECTION_MS = 1_000;
const SOCKET_TIMEOUT_MS = 5_000;
/** A start waits only this long for the stores: a worker starts while they are away. */
const FIRST_MS = 5_000;

/** Connections of one worker process, and what it knows about the two stores. */
export interface Stores {
  mongo: Mongo;
  producer: Redis;
  consumer: Redis;
  subscriber: Redis;
  redisContact: StoreContact;
  /** Resolves when both have answered or failed. @throws {ConfigError} if one refuses the settings. */
  first(): Promise<void>;
  /** Calls `listener` if a store refuses the settings before the first contact. */
  onRefused(listener: (refusal: ConfigError) => void): void;
  close(): Promise<void>;
}

/** Opens the connections without waiting for them. */
export function openStores(config: WorkerConfig, log: Logger): Stores {
  const { MONGODB_URI, REDIS_URL, REDIS_PREFIX: prefix } = config;
  const mask = buildSettingsMask({ MONGODB_URI, REDIS_URL });
  const mongoContact = new StoreContact({
    store: 'MongoDB',
    setting: 'MONGODB_URI',
    log,
    mask,
    describeRefusal: describeMongodbRefusal,
  });
  const mongo = createMongo({
    uri: MONGODB_URI,
    maxPoolSize: Math.min(MAX_POOL, config.WORKER_CONCURRENCY + SPARE_CONNECTIONS),
    serverSelectionTimeoutMs: SERVER_SELECTION_MS,
    socketTimeoutMs: SOCKET_TIMEOUT_MS,
    contact: mongoContact,
  });
  // `watchRedis` listens to its errors.
  const producer = createRedis(REDIS_URL, 'producer', () => undefined);
  const redisContact = watchRedis(producer, { prefix, log, mask });
  const onRedisError = (error: Error) => redisContact.failed(error);
  const consumer = createRedis(REDIS_URL, 'consumer', onRedisError);
  const subscriber = createRedis(REDIS_URL, 'subscriber', onRedisError);
  return {
    mongo,
    producer,
    consumer,
    subscriber,
    redisContact,
    async first() {
      await Promise.all([mongoContact.first(FIRST_MS), redisContact.first(FIRST_MS)]);
    },
    onRefused(listener) {
      for (const contact of [mongoContact, redisContact]) contact.onRefused(listener);
    },
    async close() {
      for (const redis of [subscriber, consumer, producer]) redis.disconnect();
      await mongo.close();
    },
  };
}

import { rm } from 'node:fs/promises';
import { join } from 'node:path';

import { type LocalServices, type ServiceControl, startLocalServices } from '@mcp-server/local';
import { createMongo, createRedis, pingMongo } from '@mcp-server/shared';
import { waitFor } from '@mcp-server/testing';

/** MongoDB and Redis (append-only file, fsync every second) for this run only. */
export interface Stores {
  mongodbUri: string;
  redisUrl: string;
  mongodb: ServiceControl;
  redis: ServiceControl;
  /** Names and versions of both. */
  versions: Record<string, string>;
  /** Restarts Redis without its data. */
  restartRedisEmpty(): Promise<void>;
  close(): Promise<void>;
}

/** Always starts its own stores: faults must not hit a database with other data. */
export async function startStores(dataDir: string, log: (line: string) => void): Promise<Stores> {
  const env = { ...process.env, MONGODB_URI: '', REDIS_URL: '' };
  const services = await startLocalServices({ dataDir, env, log });
  return {
    ...buildStores(services, dataDir),
    versions: await readVersions(services),
    close: () => services.close(),
  };
}

/** Controls for faults on the services whose files are in `dataDir`. */
export function buildStores(
  { mongodb, redis, mongodbUri, redisUrl }: Omit<LocalServices, 'describe' | 'close'>,
  dataDir: string,
): Omit<Stores, 'versions' | 'close'> {
  if (!mongodb || !redis) throw new Error('the stores of the rig must be its own');
  return {
    mongodbUri,
    redisUrl,
    mongodb,
    redis,
    async restartRedisEmpty() {
      await redis.kill();
      const files = ['appendonlydir', 'dump.rdb'].map((name) => join(dataDir, 'redis', name));
      await Promise.all(files.map((path) => rm(path, { recursive: true, force: true })));
      await redis.restart();
    },
  };
}

async function readVersions({
  mongodbUri,
  redisUrl,
  describe,
}: LocalServices): Promise<Record<string, string>> {
  const mongo = createMongo({
    uri: mongodbUri,
    maxPoolSize: 1,
    serverSelectionTimeoutMs: 5_000,
    socketTimeoutMs: 5_000,
  });
  const redis = createRedis(redisUrl, 'consumer', () => undefined);
  try {
    await waitFor('the database', () => pingMongo(mongo.connection));
    const build = await mongo.connection.db?.command({ buildInfo: 1 });
    const isDocumentDb = describe.some((line) => line.includes('DocumentDB'));
    const database = isDocumentDb ? 'DocumentDB, speaking MongoDB' : 'MongoDB';
    return {
      database: `${database} ${String(build?.['version'])}`,
      redis: /redis_version:(\S+)/.exec(await redis.info('server'))?.[1] ?? 'unknown',
    };
  } finally {
    redis.disconnect();
    await mongo.close();
  }
}

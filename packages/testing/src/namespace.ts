import { randomBytes } from 'node:crypto';
import { basename } from 'node:path';

import {
  buildModels,
  createIndexes,
  createMongo,
  createRedis,
  type Models,
  type Mongo,
  pingMongo,
} from '@mcp-server/shared';
import type { Redis } from 'ioredis';

import { waitFor } from './wait-for.ts';

/** Separate database and Redis prefix on the real services of the test run. */
export interface Namespace {
  mongodbUri: string;
  redisUrl: string;
  prefix: string;
  mongo: Mongo;
  models: Models;
  redis: Redis;
  /** Environment of a process in this namespace. */
  env: Record<string, string>;
}

interface Teardown {
  teardown(fn: () => Promise<void>): void;
}

/** Name of the run and the file, so that leftovers can be attributed. */
function nameNamespace(): string {
  const run = process.env['MCP_SERVER_TEST_RUN'] ?? 'alone';
  const file = basename(process.argv[1] ?? '').split('.')[0];
  return `test-${run}-${file}-${randomBytes(3).toString('hex')}`;
}

/**
 * Opens a namespace with its indexes, on its own Redis if a URL is given; the test's teardown drops the database and
 * closes the connections.
 * @throws {Error} if the services of the run are missing: tests are never skipped.
 */
export async function openNamespace(
  t: Teardown,
  redisUrl = process.env['REDIS_URL'],
  { hasIndexes = true }: { hasIndexes?: boolean } = {},
): Promise<Namespace> {
  const { MONGODB_URI } = process.env;
  if (!MONGODB_URI || !redisUrl)
    throw new Error('MONGODB_URI and REDIS_URL are not set: run the tests with npm test');
  const prefix = nameNamespace();
  const uri = new URL(MONGODB_URI);
  uri.pathname = `/${prefix}`;
  const mongo = createMongo({
    uri: uri.href,
    maxPoolSize: 20,
    serverSelectionTimeoutMs: 15_000,
    socketTimeoutMs: 20_000,
  });
  const redis = createRedis(redisUrl, 'consumer', () => undefined);
  t.teardown(async () => {
    await mongo.connection.dropDatabase().catch(() => undefined);
    await mongo.close();
    // A Redis of this test ends with it, and may already be gone or frozen.
    if (redisUrl === process.env.REDIS_URL) await removeKeys(redis, prefix);
    redis.disconnect();
  });
  const models = buildModels(mongo.connection);
  await waitFor('MongoDB', () => pingMongo(mongo.connection));
  if (hasIndexes) await createIndexes(models);
  const env = { MONGODB_URI: uri.href, REDIS_URL: redisUrl, REDIS_PREFIX: prefix };
  return { mongodbUri: uri.href, redisUrl, prefix, mongo, models, redis, env };
}

async function removeKeys(redis: Redis, prefix: string): Promise<void> {
  const keys = await redis.keys(`${prefix}:*`);
  if (keys.length > 0) await redis.unlink(keys);
}

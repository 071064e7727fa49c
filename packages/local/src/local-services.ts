import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { defaultCacheDir } from './cache-dir.ts';
import { tryLock, type ProcessLock } from './process-lock.ts';
import { startRedis } from './redis/start-redis.ts';
import { LocalServiceError } from './service-error.ts';
import type { Log, RunningService, ServiceControl } from './service.ts';
import { startMongodb } from './start-mongodb.ts';

/** Upper bound for the end of a killed holder of the lock. */
const HOLDER_DIES_MS = 1_000;
const LOCK_STEP_MS = 50;

export interface LocalServicesOptions {
  /** Folder of the databases' files; used by one instance at a time. */
  readonly dataDir: string;
  /** Folder of built and downloaded servers, shared by all instances. Default: `MCP_SERVER_CACHE`, else `mcp-server` in the user's cache. */
  readonly cacheDir?: string;
  /** Source of `MONGODB_URI`, `REDIS_URL` and the cache variables. Default: `process.env`. */
  readonly env?: NodeJS.ProcessEnv;
  /** Called with one line per step. */
  readonly log: Log;
}

export interface LocalServices {
  readonly mongodbUri: string;
  readonly redisUrl: string;
  /** The chosen servers, one line per service. */
  readonly describe: readonly string[];
  /** Undefined if `MONGODB_URI` names an existing server. */
  readonly mongodb: ServiceControl | undefined;
  /** Undefined if `REDIS_URL` names an existing server. */
  readonly redis: ServiceControl | undefined;
  /** Stops the started servers; idempotent. */
  close(): Promise<void>;
}

/**
 * Finds or starts a MongoDB and a Redis, and resolves when both answer real commands. Started servers end with this
 * process, on Linux even by SIGKILL. Call it on the main thread: the kernel watches the calling thread.
 * @throws {LocalServiceError} if a server cannot be started or the data directory is in use.
 */
export async function startLocalServices(options: LocalServicesOptions): Promise<LocalServices> {
  const env = options.env ?? process.env;
  const dataDir = resolve(options.dataDir);
  const cacheDir = resolve(options.cacheDir ?? defaultCacheDir(env));
  mkdirSync(cacheDir, { recursive: true });
  const dataLock = await lockDataDir(dataDir);
  const place = { dataDir, cacheDir, env, log: options.log };
  const starts = await Promise.allSettled([startMongodb(place), startRedis(place)]);
  const running = starts.flatMap((start) => (start.status === 'fulfilled' ? [start.value] : []));
  const close = closeOnce(running, dataLock);
  const failures = starts.flatMap((start) => (start.status === 'rejected' ? [start.reason as Error] : []));
  const [mongodb, redis] = running;
  if (failures.length > 0 || mongodb === undefined || redis === undefined) {
    await close();
    throw new LocalServiceError(failures.map((failure) => failure.message).join('\n'), {
      cause: failures[0],
    });
  }
  return {
    mongodbUri: mongodb.url,
    redisUrl: redis.url,
    describe: [`MongoDB: ${mongodb.description}`, `Redis: ${redis.description}`],
    mongodb: mongodb.control,
    redis: redis.control,
    close,
  };
}

async function lockDataDir(dataDir: string): Promise<ProcessLock> {
  mkdirSync(dataDir, { recursive: true });
  const deadline = Date.now() + HOLDER_DIES_MS;
  for (;;) {
    const result = tryLock(join(dataDir, 'local.lock'));
    if (typeof result !== 'number') return result;
    if (Date.now() > deadline) {
      throw new LocalServiceError(
        `The data directory ${dataDir} is in use by process ${result}: stop it, or choose another directory.`,
      );
    }
    await delay(LOCK_STEP_MS);
  }
}

function closeOnce(services: readonly RunningService[], dataLock: ProcessLock): () => Promise<void> {
  let closing: Promise<void> | undefined;
  const closeAll = async (): Promise<void> => {
    await Promise.all(services.map((service) => service.close()));
    dataLock.release();
  };
  return () => (closing ??= closeAll());
}

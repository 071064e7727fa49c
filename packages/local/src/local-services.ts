import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { defaultCacheDir } from './cache-dir.ts';
import { tryLock, type ProcessLock } from './process-lock.ts';
import { startRedis } from './redis/start-redis.ts';
import { LocalServiceError } from './service-error.ts';
import type { Log, RunningService, ServiceControl } from './service.ts';
import { startMongodb } from './start-mongodb.ts';

/** A process that was just killed may need a moment to be gone. */
const HOLDER_DIES_MS = 1_000;
const LOCK_STEP_MS = 50;

export interface LocalServicesOptions {
  /** Keeps the databases' files; survives restarts. One running instance at a time. */
  readonly dataDir: string;
  /** Keeps what is built or downloaded; shared by all. Default: `MCP_SERVER_CACHE`, else `mcp-server` in the user's cache. */
  readonly cacheDir?: string;
  /** Where `MONGODB_URI`, `REDIS_URL` and the cache variables are read. Default: the process's own. */
  readonly env?: NodeJS.ProcessEnv;
  /** Called with one line for each step. */
  readonly log: Log;
}

export interface LocalServices {
  readonly mongodbUri: string;
  readonly redisUrl: string;
  /** What was chosen, one line for each service. */
  readonly describe: readonly string[];
  /** Undefined when the server is somebody else's (`MONGODB_URI`). */
  readonly mongodb: ServiceControl | undefined;
  /** Undefined when the server is somebody else's (`REDIS_URL`). */
  readonly redis: ServiceControl | undefined;
  /** Stops what was started; idempotent. */
  close(): Promise<void>;
}

/**
 * Finds or starts a MongoDB and a Redis, and resolves when both answer real commands. Everything started dies with this
 * process, even by SIGKILL (on Linux). Call it on the main thread: the kernel's watch follows the calling thread.
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
        `The data directory ${dataDir} is in use by process ${result}: stop that one, or choose another directory.`,
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

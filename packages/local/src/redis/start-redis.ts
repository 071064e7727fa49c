import { join } from 'node:path';

import { defaultCacheDir } from '../cache-dir.ts';
import { provideExecutable } from '../debian-executable.ts';
import type { ServicePlace } from '../service-place.ts';
import { foreignService, type RunningService } from '../service.ts';
import { startRedisServer } from './redis-server.ts';

const REDIS = {
  name: 'redis-server',
  packageName: 'redis-server',
  advice:
    'No Redis: set REDIS_URL to a running one, or install redis-server (Debian, Ubuntu: apt-get install redis-server; macOS: brew install redis).',
};

/** Finds or starts Redis: REDIS_URL, else a redis-server on PATH, else Debian's package. */
export async function startRedis({ dataDir, cacheDir, env, log }: ServicePlace): Promise<RunningService> {
  const url = env['REDIS_URL'];
  if (url !== undefined && url !== '') return foreignService(url, 'REDIS_URL');
  const binary = await provideExecutable(REDIS, log, cacheDir);
  return startRedisServer(binary, join(dataDir, 'redis'), log);
}

/** Starts a Redis with further settings, whatever the environment names; its files are in `dir`. */
export async function startRedisWith(settings: readonly string[], dir: string): Promise<RunningService> {
  const log = () => undefined;
  const binary = await provideExecutable(REDIS, log, defaultCacheDir(process.env));
  return startRedisServer(binary, dir, log, settings);
}

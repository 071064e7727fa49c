import { join } from 'node:path';

import { provideExecutable } from '../debian-executable.ts';
import type { ServicePlace } from '../service-place.ts';
import { foreignService, type RunningService } from '../service.ts';
import { startRedisServer } from './redis-server.ts';

const REDIS = {
  name: 'redis-server',
  packageName: 'redis-server',
  advice:
    'No Redis: set REDIS_URL to one that runs, or install redis-server (Debian, Ubuntu: apt-get install redis-server; macOS: brew install redis).',
};

/** Redis by the first way that works: REDIS_URL, a redis-server on PATH, Debian's package. */
export async function startRedis({ dataDir, cacheDir, env, log }: ServicePlace): Promise<RunningService> {
  const url = env['REDIS_URL'];
  if (url !== undefined && url !== '') return foreignService(url, 'REDIS_URL');
  const binary = await provideExecutable(REDIS, log, cacheDir);
  return startRedisServer(binary, join(dataDir, 'redis'), log);
}

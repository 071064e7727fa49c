import { join } from 'node:path';

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

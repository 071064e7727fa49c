import { join } from 'node:path';

import { canInstallPackages, installPackages } from '../debian.ts';
import { findExecutable } from '../executable.ts';
import { lock } from '../process-lock.ts';
import { withProgress } from '../progress.ts';
import { LocalServiceError } from '../service-error.ts';
import type { ServicePlace } from '../service-place.ts';
import { foreignService, type Log, type RunningService } from '../service.ts';
import { startRedisServer } from './redis-server.ts';

const HOW_TO_GET_ONE =
  'No Redis: set REDIS_URL to one that runs, or install redis-server (Debian, Ubuntu: apt-get install redis-server; macOS: brew install redis).';

/** Redis by the first way that works: REDIS_URL, a redis-server on PATH, Debian's package. */
export async function startRedis({ dataDir, cacheDir, env, log }: ServicePlace): Promise<RunningService> {
  const url = env['REDIS_URL'];
  if (url !== undefined && url !== '') return foreignService(url, 'REDIS_URL');
  const binary = findExecutable('redis-server') ?? (await installRedis(cacheDir, log));
  return startRedisServer(binary, join(dataDir, 'redis'), log);
}

async function installRedis(cacheDir: string, log: Log): Promise<string> {
  if (!canInstallPackages()) throw new LocalServiceError(HOW_TO_GET_ONE);
  const setup = await lock(join(cacheDir, 'setup.lock'), (pid) =>
    log(`waiting for the set-up of process ${pid}`),
  );
  try {
    const installed = findExecutable('redis-server');
    if (installed !== undefined) return installed;
    await withProgress(log, "installing Debian's redis-server (its service is not started)", () =>
      installPackages(['redis-server']),
    );
  } catch (error) {
    throw new LocalServiceError(`${HOW_TO_GET_ONE}\n${String(error)}`, { cause: error });
  } finally {
    setup.release();
  }
  const binary = findExecutable('redis-server');
  if (binary === undefined) throw new LocalServiceError(HOW_TO_GET_ONE);
  return binary;
}

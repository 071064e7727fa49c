import { rm } from 'node:fs/promises';
import { join } from 'node:path';

import { type LocalServices, type ServiceControl, startLocalServices } from '@mcp-server/local';

/** MongoDB and Redis (append-only file, fsync every second) of this run alone. */
export interface Stores {
  mongodbUri: string;
  redisUrl: string;
  mongodb: ServiceControl;
  redis: ServiceControl;
  /** Starts Redis again without anything that it had stored. */
  restartRedisEmpty(): Promise<void>;
  close(): Promise<void>;
}

/** Always starts own ones: faults on somebody's database would be no test. */
export async function startStores(dataDir: string, log: (line: string) => void): Promise<Stores> {
  const env = { ...process.env, MONGODB_URI: '', REDIS_URL: '' };
  const services: LocalServices = await startLocalServices({ dataDir, env, log });
  const { mongodb, redis, mongodbUri, redisUrl } = services;
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
    close: () => services.close(),
  };
}

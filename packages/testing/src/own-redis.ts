import { type ServiceControl, startLocalServices } from '@mcp-server/local';

/** Redis that a test may wipe, stop and kill. */
export interface OwnRedis {
  url: string;
  control: ServiceControl;
}

/** Starts a Redis for one test; the teardown stops it. */
export async function startOwnRedis(t: {
  testdir: (content: Record<string, never>) => string;
  teardown(fn: () => Promise<void>): void;
}): Promise<OwnRedis> {
  const services = await startLocalServices({
    dataDir: t.testdir({}),
    env: { ...process.env, REDIS_URL: '' },
    log: () => undefined,
  });
  t.teardown(() => services.close());
  if (!services.redis) throw new Error('REDIS_URL does not name the Redis of this test');
  return { url: services.redisUrl, control: services.redis };
}

import type { Redis } from 'ioredis';

import { ConfigError } from '../config/load.ts';

/** The only policy that never evicts a job to make room; all others may, silently. */
export const SAFE_EVICTION_POLICY = 'noeviction';
/** A process starts while Redis is away; it waits only this long for the first contact. */
const PATIENCE_MS = 1_000;

/** Policy of Redis for full memory; undefined when INFO does not tell it. INFO, because many servers refuse CONFIG. */
export async function readEvictionPolicy(redis: Redis): Promise<string | undefined> {
  return /^maxmemory_policy:(\S+)/m.exec(await redis.info('memory'))?.[1];
}

/**
 * Refuses to start with a Redis that may evict jobs. A Redis that is away is checked when it connects, and again after
 * every reconnect: `onEvicting` is called with a policy that is wrong then.
 * @throws {ConfigError}
 */
export async function refuseEviction(redis: Redis, onEvicting: (policy: string) => void): Promise<void> {
  const readWrong = async (): Promise<string | undefined> => {
    // Redis may be gone again, or refuse INFO: then there is no evidence against it.
    const policy = await readEvictionPolicy(redis).catch(() => undefined);
    return policy === SAFE_EVICTION_POLICY ? undefined : policy;
  };
  await firstContact(redis);
  const policy = redis.status === 'ready' ? await readWrong() : undefined;
  if (policy !== undefined) {
    throw new ConfigError(
      `The environment is not usable:\n  REDIS_URL: this Redis may evict jobs (maxmemory-policy ${policy}); set it to ${SAFE_EVICTION_POLICY}`,
    );
  }
  redis.on('ready', () => {
    void readWrong().then((wrong) => {
      if (wrong !== undefined) onEvicting(wrong);
    });
  });
}

/** Resolves when the connection is ready, has failed once, or takes too long. */
function firstContact(redis: Redis): Promise<void> {
  if (redis.status === 'ready') return Promise.resolve();
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      redis.off('ready', done).off('close', done);
      resolve();
    };
    const timer = setTimeout(done, PATIENCE_MS);
    redis.on('ready', done).on('close', done);
  });
}

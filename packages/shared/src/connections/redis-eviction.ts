import type { Redis } from 'ioredis';

/** The only policy that never evicts a job to make room; all others may, silently. */
export const SAFE_EVICTION_POLICY = 'noeviction';

/** Policy of Redis for full memory; undefined when INFO does not tell it. INFO, because many servers refuse CONFIG. */
export async function readEvictionPolicy(redis: Redis): Promise<string | undefined> {
  return /^maxmemory_policy:(\S+)/m.exec(await redis.info('memory'))?.[1];
}

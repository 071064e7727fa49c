import type { Redis } from 'ioredis';

/** Why such a Redis is refused. */
export const CLUSTER_REFUSAL =
  'this is a node of a Redis Cluster, which holds only some of the keys; use a Redis that is not in cluster mode';

/**
 * Whether this Redis is in cluster mode, where it holds only some of the keys: a script that touches several fails, and work
 * that was accepted would never run. False when INFO does not tell.
 */
export async function isClusterNode(redis: Redis): Promise<boolean> {
  return /^cluster_enabled:1/m.test(await redis.info('cluster'));
}

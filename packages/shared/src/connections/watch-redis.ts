import type { Redis } from 'ioredis';

import type { Logger } from '../logger.ts';
import { redisAnswersWithoutTls } from './plain-answer.ts';
import { CLUSTER_REFUSAL, isClusterNode } from './redis-cluster.ts';
import { readEvictionPolicy, SAFE_EVICTION_POLICY } from './redis-eviction.ts';
import { probeRedis } from './redis-probe.ts';
import { StoreContact } from './store-contact.ts';
import { describeRedisRefusal } from './store-refusal.ts';

/** Seconds of a blocking read that finds nothing. */
const BLOCK_SECONDS = 0.01;

export interface RedisWatch {
  prefix: string;
  log: Logger;
  mask: (text: string) => string;
}

/**
 * Checks a Redis each time `redis` connects: that it is not in cluster mode, does what the work needs, and evicts
 * nothing. Before the first contact
 * a wrong one is refused; later it is logged. Errors of other connections to it belong to the same contact.
 */
export function watchRedis(redis: Redis, { prefix, log, mask }: RedisWatch): StoreContact {
  const contact = new StoreContact({
    store: 'Redis',
    setting: 'REDIS_URL',
    log,
    mask,
    describeRefusal: describeRedisRefusal,
  });
  redis.on('error', (error) => void report(redis, contact, error));
  redis.on('ready', () => void check(redis, prefix, contact, log));
  return contact;
}

async function check(redis: Redis, prefix: string, contact: StoreContact, log: Logger): Promise<void> {
  // Asked first: the one node that holds the keys of a prefix with a hash tag passes the probe, until they move.
  if (await isClusterNode(redis).catch(() => false)) {
    if (contact.hasContact) contact.failed(new Error(CLUSTER_REFUSAL));
    else contact.refuse(CLUSTER_REFUSAL);
    return;
  }
  try {
    await probeRedis(redis, prefix);
    await redis.call('BZPOPMIN', `${prefix}:probe`, BLOCK_SECONDS);
  } catch (error) {
    // A server that takes nothing at the moment, for example with a full memory, is a contact nevertheless.
    const isAnswer = error instanceof Error && error.name === 'ReplyError';
    if (isAnswer && describeRedisRefusal(error) === undefined) contact.succeeded();
    return contact.failed(error);
  }
  // Redis may be gone again, or refuse INFO: then there is no evidence against it.
  const policy = await readEvictionPolicy(redis).catch(() => undefined);
  if (policy !== undefined && policy !== SAFE_EVICTION_POLICY) {
    if (contact.hasContact) log.error({ policy }, 'Redis may evict jobs');
    else
      contact.refuse(
        `this Redis may evict jobs (maxmemory-policy ${policy}); set it to ${SAFE_EVICTION_POLICY}`,
      );
  }
  contact.succeeded();
}

/** A server without TLS just closes the connection; without the question it would look like one that is down. */
async function report(redis: Redis, contact: StoreContact, error: Error): Promise<void> {
  const { tls, host = '127.0.0.1', port = 6_379 } = redis.options;
  if (tls && !contact.hasContact && (await redisAnswersWithoutTls(host, port)))
    contact.refuse('the server does not speak TLS; begin the URL with redis://');
  contact.failed(error);
}

import type { Redis } from 'ioredis';

/** Life of the probe keys, so that they never stay behind. */
const PROBE_TTL_MS = 1_000;

/**
 * Runs the commands that queues, events and limits need, on two keys and a channel of the product: a user without a right,
 * a full memory, a replica and a cluster that spreads the keys all fail here, while they answer a PING.
 */
const SCRIPT = `
local key, other, ttl, channel = KEYS[1], KEYS[2], ARGV[1], ARGV[2]
local function run(command, ...)
  local reply = redis.pcall(command, ...)
  if type(reply) == 'table' and reply.err then error(reply.err .. " (command '" .. string.lower(command) .. "')") end
end
run('SET', key, '1', 'PX', ttl) run('GET', key) run('INCR', key) run('EXISTS', key) run('TYPE', key)
run('PEXPIRE', key, ttl) run('PTTL', key) run('DEL', key)
run('HSET', key, 'a', '1') run('HGET', key, 'a') run('HMGET', key, 'a') run('HGETALL', key) run('HEXISTS', key, 'a')
run('HINCRBY', key, 'a', '1') run('HDEL', key, 'a')
run('LPUSH', key, 'a') run('RPUSH', key, 'b') run('LRANGE', key, '0', '1') run('LLEN', key) run('LREM', key, '1', 'a')
run('RPOPLPUSH', key, other) run('LTRIM', other, '0', '0') run('RPOP', other)
run('SADD', key, 'a') run('SMEMBERS', key) run('SCARD', key) run('SREM', key, 'a')
run('ZADD', key, '1', 'a') run('ZSCORE', key, 'a') run('ZRANGE', key, '0', '0') run('ZRANGEBYSCORE', key, '0', '1')
run('ZCARD', key) run('ZCOUNT', key, '0', '1') run('ZREMRANGEBYSCORE', key, '2', '3')
run('ZADD', key, '1', 'a') run('ZPOPMIN', key) run('ZREM', key, 'a')
run('XADD', key, '*', 'a', '1') run('XTRIM', key, 'MAXLEN', '1') run('XLEN', key) run('XRANGE', key, '-', '+')
run('XREAD', 'COUNT', '1', 'STREAMS', key, '0') run('UNLINK', key, other)
run('PUBLISH', channel, '')
`;

/** Resolves to the latency in milliseconds if Redis does what the work needs; rejects with its error otherwise. */
export async function probeRedis(redis: Redis, prefix: string): Promise<number> {
  const startedAt = performance.now();
  if (redis.status !== 'ready') throw new Error(`Redis connection is ${redis.status}`);
  const key = `${prefix}:probe`;
  await redis.eval(SCRIPT, 2, key, `${key}:other`, PROBE_TTL_MS, key);
  return performance.now() - startedAt;
}

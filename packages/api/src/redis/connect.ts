import { createRedis, type Logger, type RedisRole } from '@mcp-server/shared';

type Redis = ReturnType<typeof createRedis>;

/** Opens a connection that logs once when Redis goes away and once when it is back, not at every retry. */
export function connectRedis(url: string, role: RedisRole, logger: Logger): Redis {
  let isAway = false;
  const redis = createRedis(url, role, (error) => {
    if (isAway) return;
    isAway = true;
    logger.warn({ role, reason: error.message }, 'Redis is unavailable');
  });
  redis.on('ready', () => {
    if (isAway) logger.info({ role }, 'Redis is available again');
    isAway = false;
  });
  return redis;
}

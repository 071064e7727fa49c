import { type createRedis, withTimeout } from '@mcp-server/shared';
import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';

type Redis = ReturnType<typeof createRedis>;
type Backend = RateLimiterRedis | RateLimiterMemory;

export interface Limit {
  name: string;
  max: number;
  windowMs: number;
  /** While Redis is slow, each process counts on from what it last knew, so that a guess is not free. */
  isStrict?: boolean;
}

/** Count of a key in its window, which ends in `ttlMs`. */
export interface LimitResult {
  count: number;
  ttlMs: number;
}

/** Counts by key, in Redis for all processes. */
export interface Limiter {
  max: number;
  take(key: string): Promise<LimitResult>;
  /** Undoes one `take`. */
  giveBack(key: string): Promise<void>;
}

/** A request waits this long for a count, not until a hung Redis fails. */
const REDIS_TIMEOUT_MS = 150;
/** After a failure one request per this time checks whether Redis is back. */
const DISTRUST_MS = 1_000;

/**
 * Builds limiters over one connection. While Redis is unavailable each process counts alone: limits widen by the number
 * of processes but never switch off.
 */
export function buildLimiters(redis: Redis, prefix: string): (limit: Limit) => Limiter {
  let distrustUntil = 0;

  /** Undefined if Redis did not answer in time. */
  const inRedis = async <T>(ask: () => Promise<T>): Promise<T | undefined> => {
    if (redis.status !== 'ready' || performance.now() < distrustUntil) return undefined;
    const reply = await withTimeout(
      ask().catch(() => undefined),
      REDIS_TIMEOUT_MS,
    );
    if (reply === undefined) distrustUntil = performance.now() + DISTRUST_MS;
    return reply;
  };

  return ({ name, max, windowMs, isStrict = false }) => {
    const options = { points: max, duration: windowMs / 1_000, keyPrefix: `${prefix}:limit:${name}` };
    const shared = new RateLimiterRedis({ ...options, storeClient: redis });
    const own = new RateLimiterMemory(options);
    return {
      max,
      async take(key) {
        const counted = await inRedis(() => takeFrom(shared, key));
        if (!counted) return takeFrom(own, key);
        if (isStrict) await own.set(key, counted.count, counted.ttlMs / 1_000);
        return counted;
      },
      async giveBack(key) {
        const reply = await inRedis(() => shared.reward(key, 1));
        if (!reply || isStrict) await own.reward(key, 1);
      },
    };
  };
}

async function takeFrom(backend: Backend, key: string): Promise<LimitResult> {
  const result = await backend.consume(key).catch((refusal: unknown) => {
    if (refusal instanceof RateLimiterRes) return refusal;
    throw refusal;
  });
  return { count: result.consumedPoints, ttlMs: result.msBeforeNext };
}

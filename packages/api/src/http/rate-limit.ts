import rateLimit, { type FastifyRateLimitStore } from '@fastify/rate-limit';
import { errors, retryLater } from '@mcp-server/shared';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

import type { Limiter } from '../redis/limiters.ts';
import { clientNetwork } from '../services/accounts/client-network.ts';

/** Counts a request and sets the `RateLimit-*` headers of its response. @throws {errors.TooManyRequests} */
export type RequestLimit = (request: FastifyRequest, reply: FastifyReply) => Promise<void>;

/**
 * Builds the limit of all requests. A user counts as one, by any session or key: a key gives no extra allowance.
 * Without a user the address counts.
 */
export async function registerRequestLimit(app: FastifyInstance): Promise<RequestLimit> {
  const { requestLimit, config } = app.deps;
  await app.register(rateLimit, {
    global: false,
    max: requestLimit.max,
    timeWindow: config.RATE_LIMIT_WINDOW_MS,
    allowList: isProbe,
    keyGenerator: ({ principal, ip }) =>
      principal ? `user:${principal.userId}` : `address:${clientNetwork(ip)}`,
    store: buildStore(requestLimit),
  });
  const countRequest = app.createRateLimit();
  return async (request, reply) => {
    const result = await countRequest(request);
    // True for the allow list only: every other request is counted, and `isExceeded` decides.
    if (result.isAllowed) return;
    const { max, remaining, ttlInSeconds, isExceeded } = result;
    void reply.headers({
      'ratelimit-limit': max,
      'ratelimit-remaining': remaining,
      'ratelimit-reset': ttlInSeconds,
    });
    if (isExceeded) throw retryLater(new errors.TooManyRequests('requests'), Math.max(1, ttlInSeconds));
  };
}

/** Probes must see the state of the process, not of a limit. */
const isProbe = ({ routeOptions }: FastifyRequest): boolean =>
  routeOptions.url?.startsWith('/health') === true;

/** Wraps a limiter, which has the window and counts in memory while Redis is away, as a store of the plugin. */
const buildStore = (limiter: Limiter) =>
  class Store implements FastifyRateLimitStore {
    incr(key: string, callback: Parameters<FastifyRateLimitStore['incr']>[1]): void {
      limiter.take(key).then(({ count, ttlMs }) => callback(null, { current: count, ttl: ttlMs }), callback);
    }

    child(): Store {
      return this;
    }
  };

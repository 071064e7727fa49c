import { createHash } from 'node:crypto';

import { errors, retryLater } from '@mcp-server/shared';

import type { Limit, Limiter } from '../../redis/limiters.ts';
import { clientNetwork } from './client-network.ts';

/** Operations that invite guessing. */
export type GuardedOperation = 'login' | 'register' | 'refresh' | 'reset' | 'password';

interface Caller {
  account: string;
  address: string;
  /** True if the account's owner has signed in from this address: the limit of all addresses then does not count. */
  isKnown?: () => Promise<boolean>;
}

export interface AuthThrottle {
  /**
   * Runs `work` unless too many calls failed before, by account and by address. Each call counts before it runs, so that
   * concurrent ones do not slip through; successful ones are uncounted, except registrations, which are limited as such.
   * @throws {errors.TooManyRequests} and whatever `work` throws
   */
  guard<T>(kind: GuardedOperation, who: Caller, work: () => Promise<T>): Promise<T>;
}

/**
 * In units of AUTH_LIMIT_FAILURES. The narrow limit is for an account from one address, so an attacker cannot lock out
 * the owner elsewhere. An address gets more, because there may be an office behind it. An account from all addresses
 * gets the most: that limit only stops attacks from many addresses at once, and an address that the owner has used is free of it.
 */
const PAIR = 1;
const ADDRESS = 5;
const ACCOUNT = 10;

/** A session that several tabs refresh at once often fails without an attack. */
const REFRESH_PAIR = 5;

/** Other failures (a full queue, an unavailable database) say nothing about the caller. */
const FAILURES = [errors.AdminRefused, errors.BadCredentials, errors.Unauthenticated, errors.ResetRefused];

export function buildAuthThrottle(
  buildLimiter: (limit: Limit) => Limiter,
  config: { AUTH_LIMIT_FAILURES: number; AUTH_LIMIT_WINDOW_MS: number },
): AuthThrottle {
  const limiter = (name: string, factor: number) =>
    buildLimiter({
      name,
      max: factor * config.AUTH_LIMIT_FAILURES,
      windowMs: config.AUTH_LIMIT_WINDOW_MS,
      isStrict: true,
    });
  const byAddress = limiter('auth-address', ADDRESS);
  const byPair = limiter('auth-pair', PAIR);
  const byRefreshPair = limiter('auth-refresh', REFRESH_PAIR);
  const byAccount = limiter('auth-account', ACCOUNT);

  return {
    async guard(kind, { account, address, isKnown }, work) {
      const network = clientNetwork(address);
      const counts: Count[] = [
        { limiter: byAddress, key: keyOf(kind, network) },
        { limiter: kind === 'refresh' ? byRefreshPair : byPair, key: keyOf(kind, account, network) },
        { limiter: byAccount, key: keyOf(kind, account), isExempt: isKnown },
      ];
      await takeAll(counts);
      try {
        const result = await work();
        if (kind !== 'register') await giveBack(counts);
        return result;
      } catch (error) {
        const isFailure = FAILURES.some((Failure) => error instanceof Failure);
        if (!isFailure && kind !== 'register') await giveBack(counts);
        throw error;
      }
    },
  };
}

interface Count {
  limiter: Limiter;
  key: string;
  isExempt?: (() => Promise<boolean>) | undefined;
}

/**
 * Takes from each limit, or from none: a refused call checks no password, so it must not add to what keeps the owner, or
 * the others of an address, out.
 */
async function takeAll(counts: readonly Count[]): Promise<void> {
  for (const [index, { limiter, key, isExempt }] of counts.entries()) {
    const { count, ttlMs } = await limiter.take(key);
    if (count <= limiter.max || (await isExempt?.())) continue;
    await giveBack(counts.slice(0, index + 1));
    throw retryLater(new errors.TooManyRequests('attempts'), Math.max(1, Math.ceil(ttlMs / 1_000)));
  }
}

const giveBack = (counts: readonly Count[]) =>
  Promise.all(counts.map(({ limiter, key }) => limiter.giveBack(key)));

/** Digests, because Redis need not hold e-mail addresses. */
const keyOf = (...parts: string[]): string =>
  createHash('sha256').update(JSON.stringify(parts)).digest('base64url');

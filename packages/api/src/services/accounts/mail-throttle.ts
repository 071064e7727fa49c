import { createHash } from 'node:crypto';

import { errors, retryLater } from '@mcp-server/shared';

import type { Limit, Limiter } from '../../redis/limiters.ts';
import { clientNetwork } from './client-network.ts';

const HOUR_MS = 3_600_000;
/** Mails to one address per hour, from all networks: enough for a person, too few to fill a mailbox. */
const PER_RECIPIENT = 5;
/** Mails that one network may ask for per hour; there may be an office behind it. */
const PER_NETWORK = 50;

export interface MailThrottle {
  /** Counts one mail before it is accepted. @throws {errors.TooManyRequests} for known and unknown addresses alike. */
  take(request: { address: string; ip: string }): Promise<void>;
}

/** Builds the limits of mails. */
export function buildMailThrottle(buildLimiter: (limit: Limit) => Limiter): MailThrottle {
  const byNetwork = buildLimiter({ name: 'mail-network', max: PER_NETWORK, windowMs: HOUR_MS });
  const byRecipient = buildLimiter({ name: 'mail-recipient', max: PER_RECIPIENT, windowMs: HOUR_MS });

  const takeFrom = async (limiter: Limiter, key: string): Promise<void> => {
    const { count, ttlMs } = await limiter.take(key);
    if (count > limiter.max)
      throw retryLater(new errors.TooManyRequests('mails'), Math.max(1, Math.ceil(ttlMs / 1_000)));
  };

  return {
    async take({ address, ip }) {
      // The network first: a flood from one place must not use up what its victims may ask for.
      await takeFrom(byNetwork, clientNetwork(ip));
      await takeFrom(byRecipient, createHash('sha256').update(address).digest('base64url'));
    },
  };
}

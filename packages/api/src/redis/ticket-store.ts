import { createHash, randomBytes } from 'node:crypto';

import type { createRedis } from '@mcp-server/shared';

type Redis = ReturnType<typeof createRedis>;

const RANDOM_BYTES = 32;
const SHAPE = /^[\w-]{43}$/;

/** Stores what tickets stand for until they are redeemed once. Redis holds only hashes of the tickets. */
export interface TicketStore {
  put(text: string, ttlSeconds: number): Promise<string>;
  take(ticket: string): Promise<string | undefined>;
}

export function createTicketStore(redis: Redis, prefix: string): TicketStore {
  const keyOf = (ticket: string) =>
    `${prefix}:ws-ticket:${createHash('sha256').update(ticket).digest('hex')}`;
  return {
    async put(text, ttlSeconds) {
      const ticket = randomBytes(RANDOM_BYTES).toString('base64url');
      await redis.set(keyOf(ticket), text, 'EX', ttlSeconds);
      return ticket;
    },
    async take(ticket) {
      if (!SHAPE.test(ticket)) return undefined;
      return (await redis.getdel(keyOf(ticket))) ?? undefined;
    },
  };
}

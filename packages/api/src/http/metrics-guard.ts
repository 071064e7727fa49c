import { createHash, timingSafeEqual } from 'node:crypto';

import { errors } from '@mcp-server/shared';
import type { FastifyRequest } from 'fastify';

/** Headers by which a proxy on this machine reveals that it forwards a remote caller. */
const FORWARDING_HEADERS = [
  'forwarded',
  'via',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-proto',
  'x-real-ip',
];

const LOOPBACK = /^(?:::ffff:)?127\.|^::1$/;

/** Admits a scraper on this machine, or one with the token. @throws {errors.Unauthenticated} */
export function requireScraper(
  { headers, socket }: Pick<FastifyRequest, 'headers' | 'socket'>,
  token: string | undefined,
): void {
  const bearer = /^Bearer (?<token>\S+)$/i.exec(headers.authorization ?? '')?.groups?.token;
  if (bearer !== undefined) {
    if (token === undefined || !isSame(bearer, token)) throw new errors.Unauthenticated();
    return;
  }
  const isForwarded = FORWARDING_HEADERS.some((name) => headers[name] !== undefined);
  if (isForwarded || !LOOPBACK.test(socket.remoteAddress ?? '')) throw new errors.Unauthenticated();
}

const digest = (text: string) => createHash('sha256').update(text).digest();
const isSame = (one: string, other: string): boolean => timingSafeEqual(digest(one), digest(other));

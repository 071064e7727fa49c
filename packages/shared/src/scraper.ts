import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { Socket } from 'node:net';

/** Parts of a request that say who scrapes metrics. */
export interface ScrapeRequest {
  headers: IncomingHttpHeaders;
  socket: Pick<Socket, 'remoteAddress'>;
}

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

/** True for a caller on this machine whom no proxy stands for. */
export function isLocalScraper({ headers, socket }: ScrapeRequest): boolean {
  const isForwarded = FORWARDING_HEADERS.some((name) => headers[name] !== undefined);
  return !isForwarded && LOOPBACK.test(socket.remoteAddress ?? '');
}

/** The bearer token of a request, if it has one. */
export const bearerOf = ({ headers }: Pick<ScrapeRequest, 'headers'>): string | undefined =>
  /^Bearer (?<token>\S+)$/i.exec(headers.authorization ?? '')?.groups?.['token'];

/** Compares digests of equal length, so that timing reveals neither length nor content. */
export const isSameSecret = (one: string, other: string): boolean =>
  timingSafeEqual(digest(one), digest(other));

const digest = (text: string) => createHash('sha256').update(text).digest();

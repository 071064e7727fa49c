import { errors } from '@mcp-server/shared';
import type { FastifyRequest } from 'fastify';

/**
 * Refuses pages of other sites: browsers open sockets and send cookies from any page, but name its origin. Programs
 * send no `Origin`. @throws {errors.OriginRefused}
 */
export function requireOwnOrigin(
  request: Pick<FastifyRequest, 'headers' | 'host'>,
  allowed: readonly string[],
): void {
  const { origin, 'sec-fetch-site': site } = request.headers;
  if (origin !== undefined && !isSameHost(origin, request.host) && !allowed.includes(origin))
    throw new errors.OriginRefused();
  // A browser that hides the origin still reports that it is another site.
  if (origin === undefined && (site === 'cross-site' || site === 'same-site'))
    throw new errors.OriginRefused();
}

function isSameHost(origin: string, host: string): boolean {
  return URL.canParse(origin) && new URL(origin).host === host;
}

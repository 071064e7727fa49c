import { errors } from '@mcp-server/shared';
import type { FastifyRequest } from 'fastify';

import type { Config } from '../config/config.ts';

/**
 * Refuses pages of other sites: browsers open sockets and send cookies from any page, but name its origin. Programs
 * send no `Origin`. Without `CORS_ORIGIN` only pages of this server are admitted. @throws {errors.OriginRefused}
 */
export function requireOwnOrigin(
  request: Pick<FastifyRequest, 'headers' | 'host'>,
  { PUBLIC_URL, CORS_ORIGIN = [] }: Pick<Config, 'PUBLIC_URL'> & Partial<Pick<Config, 'CORS_ORIGIN'>>,
): void {
  const { origin, 'sec-fetch-site': site } = request.headers;
  if (origin !== undefined && !isOwn(origin, request.host, PUBLIC_URL) && !CORS_ORIGIN.includes(origin))
    throw new errors.OriginRefused();
  // A browser that hides the origin still reports that it is another site.
  if (origin === undefined && (site === 'cross-site' || site === 'same-site'))
    throw new errors.OriginRefused();
}

function isOwn(origin: string, host: string, publicUrl: string | undefined): boolean {
  return origin === publicUrl || (URL.canParse(origin) && new URL(origin).host === host);
}

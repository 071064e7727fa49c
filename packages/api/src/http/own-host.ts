import { errors } from '@mcp-server/shared';
import type { FastifyRequest } from 'fastify';

import type { Config } from '../config/config.ts';
import { requireOwnOrigin } from './origin.ts';

const LOOPBACK = ['localhost', '127.0.0.1', '[::1]'];

/**
 * Refuses host names that are not this server's, and pages of other sites. Otherwise a name that an attacker points to
 * this machine would turn a visitor's browser into a client of it (DNS rebinding).
 * @throws {errors.HostRefused} {errors.OriginRefused}
 */
export function requireOwnHost(
  request: Pick<FastifyRequest, 'headers' | 'host' | 'hostname'>,
  { HOST, MCP_ALLOWED_HOSTS, CORS_ORIGIN }: Pick<Config, 'HOST' | 'MCP_ALLOWED_HOSTS' | 'CORS_ORIGIN'>,
): void {
  const own = [...LOOPBACK, HOST, `[${HOST}]`, ...MCP_ALLOWED_HOSTS];
  const { host, hostname } = request;
  if (!URL.canParse(`http://${host}`) || !own.includes(hostname.toLowerCase()))
    throw new errors.HostRefused();
  requireOwnOrigin(request, CORS_ORIGIN);
}

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
  config: Pick<Config, 'HOST' | 'MCP_ALLOWED_HOSTS' | 'CORS_ORIGIN' | 'PUBLIC_URL'>,
): void {
  const { HOST, MCP_ALLOWED_HOSTS, PUBLIC_URL } = config;
  const publicHosts = PUBLIC_URL === undefined ? [] : [new URL(PUBLIC_URL).hostname];
  const own = [...LOOPBACK, HOST, `[${HOST}]`, ...MCP_ALLOWED_HOSTS, ...publicHosts];
  const { host, hostname } = request;
  if (!URL.canParse(`http://${host}`) || !own.includes(hostname.toLowerCase()))
    throw new errors.HostRefused();
  requireOwnOrigin(request, config);
}

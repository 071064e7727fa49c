import type { FastifyReply, FastifyRequest } from 'fastify';

import type { Config } from '../config/config.ts';
import { publicUrl } from './public-url.ts';

/** RFC 9728, section 3.1: the well-known part precedes the path of the resource. */
export const METADATA_PATH = '/.well-known/oauth-protected-resource/mcp';

const SCOPE = 'mcp';
const UNAUTHORIZED = 401;
const FORBIDDEN = 403;

/** Tells a refused client where to find the metadata it needs to authenticate (RFC 6750, RFC 9728). */
export function challenge(
  config: Pick<Config, 'PUBLIC_URL'>,
  request: FastifyRequest,
  reply: FastifyReply,
): void {
  if (reply.statusCode !== UNAUTHORIZED && reply.statusCode !== FORBIDDEN) return;
  const error = reply.statusCode === FORBIDDEN ? 'error="insufficient_scope", ' : '';
  const metadata = `resource_metadata="${publicUrl(config, request)}${METADATA_PATH}"`;
  reply.header('www-authenticate', `Bearer ${error}scope="${SCOPE}", ${metadata}`);
}

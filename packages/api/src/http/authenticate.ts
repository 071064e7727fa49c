import { errors } from '@mcp-server/shared';
import type { FastifyInstance, FastifyRequest } from 'fastify';

import type { Principal } from '../services/principal.ts';
import { readAccessToken } from './access-token.ts';

/** Who may call a route. `public` routes may still look for a caller with `authenticate`. */
export type Access = 'public' | 'signed-in';

declare module 'fastify' {
  interface FastifyContextConfig {
    access?: Access;
  }
  interface FastifyRequest {
    principal: Principal | undefined;
  }
}

/** Every route says who may call it, and everybody else is refused before the body is read. */
export function requireAccess(app: FastifyInstance): void {
  app.decorateRequest('principal', undefined);
  app.addHook('onRoute', (route) => {
    if (!route.config?.access)
      throw new Error(`${String(route.method)} ${route.url} does not declare its access`);
    if (route.config.access === 'signed-in') route.schema = { security: [{ bearer: [] }], ...route.schema };
  });
  app.addHook('onRequest', async (request) => {
    if (request.routeOptions.config.access !== 'signed-in') return;
    request.principal = await authenticate(app, request);
  });
}

/** The caller of a `signed-in` route, which always has one. */
export function callerOf(principal: Principal | undefined): Principal {
  if (!principal) throw new errors.Unauthenticated();
  return principal;
}

/** Keys for machines begin like this; they are never given to the token verifier. */
const API_KEY_PREFIX = 'mcp_';

/**
 * Finds out who is calling. The one place that knows the kinds of credentials: API keys (`X-API-Key`, or `Bearer
 * mcp_…`) join here.
 * @throws {errors.Unauthenticated}
 */
export async function authenticate(app: FastifyInstance, request: FastifyRequest): Promise<Principal> {
  const token = bearerOf(request);
  if (token === undefined || token.startsWith(API_KEY_PREFIX)) throw new errors.Unauthenticated();
  const { config, userStates } = app.deps;
  const claims = readAccessToken(app, token, config);
  if (!claims) throw new errors.Unauthenticated();
  const { sub: userId, sid: sessionId, tv } = claims;
  const state = await userStates.read(userId, sessionId);
  if (state?.tokenVersion !== tv) throw new errors.Unauthenticated();
  return { userId, sessionId, role: state.role };
}

function bearerOf({ headers }: FastifyRequest): string | undefined {
  return /^Bearer (?<token>[\w.~+/-]+=*)$/i.exec(headers.authorization ?? '')?.groups?.token;
}

import { errors, Role } from '@mcp-server/shared';
import type { FastifyContextConfig, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

import { API_KEY_PREFIX } from '../services/accounts/api-key-text.ts';
import type { Principal } from '../services/principal.ts';
import { readAccessToken } from './access-token.ts';
import { type Access, declareRights } from './declared-rights.ts';
import { registerRequestLimit, type RequestLimit } from './rate-limit.ts';
import { requireStepUp } from './step-up.ts';

declare module 'fastify' {
  interface FastifyRequest {
    principal: Principal | undefined;
  }
  interface FastifyInstance {
    /** Access of routes that a library registers in this context and that cannot declare it themselves. */
    libraryAccess: Access | undefined;
  }
}

/** Every route declares its access; other callers are refused before the body is read. */
export async function requireAccess(app: FastifyInstance): Promise<void> {
  const limit = await registerRequestLimit(app);
  app.decorateRequest('principal', undefined);
  app.decorate('libraryAccess', undefined);
  app.addHook('onRoute', function checkAccess(this: FastifyInstance, route) {
    if (this.libraryAccess)
      route.config = { ...route.config, access: this.libraryAccess, ownership: 'shared' };
    declareRights(route);
  });
  app.addHook('onRequest', async (request, reply) => {
    const { access, scope, stepUp } = request.routeOptions.config as Partial<FastifyContextConfig>;
    if (access === undefined || access === 'public') {
      await limit(request, reply);
      return;
    }
    const principal = await authenticateLimited(app, limit, request, reply);
    request.principal = principal;
    await limit(request, reply);
    requireRole(principal, access);
    requireScope(principal, scope);
    if (stepUp) await requireStepUp(app, principal, reply);
  });
}

const BAD_CREDENTIALS = [errors.Unauthenticated, errors.TwoCredentials];

/** Invalid credentials are counted by address: a caller who guesses has no other name. */
async function authenticateLimited(
  app: FastifyInstance,
  limit: RequestLimit,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<Principal> {
  try {
    return await authenticate(app, request);
  } catch (error) {
    if (BAD_CREDENTIALS.some((Refusal) => error instanceof Refusal)) await limit(request, reply);
    throw error;
  }
}

function requireRole({ role }: Principal, access: Exclude<Access, 'public'>): void {
  const least = access === 'signed-in' ? 'user' : access;
  if (Role.options.indexOf(role) < Role.options.indexOf(least)) {
    throw new errors.Forbidden(`this requires the role "${least}"`);
  }
}

function requireScope(principal: Principal, scope: FastifyContextConfig['scope']): void {
  if ('sessionId' in principal || scope === 'any') return;
  if (scope === undefined || scope === 'session') throw new errors.SessionRequired();
  if (!principal.scopes.includes(scope)) throw new errors.MissingScope(scope);
}

/** Returns the caller of a route that is not public. @throws {errors.Unauthenticated} on a public one */
export function callerOf(principal: Principal | undefined): Principal {
  if (!principal) throw new errors.Unauthenticated();
  return principal;
}

/**
 * Identifies the caller. The only place that knows the kinds of credentials.
 * @throws {errors.Unauthenticated} {errors.TwoCredentials}
 */
export async function authenticate(app: FastifyInstance, request: FastifyRequest): Promise<Principal> {
  const credential = credentialOf(request);
  const principal = credential?.startsWith(API_KEY_PREFIX)
    ? await app.deps.apiKeyCheck.check(credential)
    : await checkToken(app, credential);
  if (!principal) throw new errors.Unauthenticated();
  return principal;
}

async function checkToken(app: FastifyInstance, token: string | undefined): Promise<Principal | undefined> {
  const { config, userStates } = app.deps;
  const claims = token === undefined ? undefined : readAccessToken(app, token, config);
  if (!claims) return undefined;
  const { sub: userId, sid: sessionId, tv } = claims;
  const state = await userStates.read(userId, sessionId);
  return state?.tokenVersion === tv ? { userId, sessionId, role: state.role } : undefined;
}

/** `Authorization` with another scheme is for other parties, such as a proxy. */
const BEARER = /^Bearer(?: +(?<token>.*))?$/i;
const TOKEN = /^[\w.~+/-]+=*$/;

/**
 * Counts credentials of this server in the raw headers, because Node keeps only the first of several `Authorization`.
 */
export function countCredentials({ raw: { rawHeaders } }: FastifyRequest): number {
  const isCredential = (name: string, index: number) => {
    if (index % 2 === 1) return false;
    if (name.toLowerCase() === 'x-api-key') return true;
    return name.toLowerCase() === 'authorization' && BEARER.test(rawHeaders[index + 1] ?? '');
  };
  return rawHeaders.filter(isCredential).length;
}

function credentialOf(request: FastifyRequest): string | undefined {
  if (countCredentials(request) > 1) throw new errors.TwoCredentials();
  const { authorization, 'x-api-key': apiKey } = request.headers;
  // An access token in X-API-Key is not a key and must not reach the token verifier.
  if (typeof apiKey === 'string') return apiKey.startsWith(API_KEY_PREFIX) ? apiKey : undefined;
  const token = BEARER.exec(authorization ?? '')?.groups?.token;
  return token !== undefined && TOKEN.test(token) ? token : undefined;
}

import { DashboardClaims, errors, TOKEN_ISSUER } from '@mcp-server/shared';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

import type { SessionPrincipal } from '../services/principal.ts';
import { authenticate, countCredentials } from './authenticate.ts';
import { publicUrl } from './public-url.ts';

const COOKIE = 'mcp_dashboard';
/** Lifetime of the cookie for an idle browser. Ending the session ends it within a second. */
const DASHBOARD_TTL_SECONDS = 1_800;

/** Sets the cookie that opens `/admin` for an admin's browser while the session lives. @throws {errors.Forbidden} */
export async function setDashboardCookie(
  app: FastifyInstance,
  { userId, sessionId }: SessionPrincipal,
  request: Pick<FastifyRequest, 'protocol' | 'host'>,
  reply: FastifyReply,
): Promise<void> {
  const state = await app.deps.userStates.read(userId, sessionId);
  if (state?.role !== 'admin') throw new errors.Forbidden('only admins can open the dashboard');
  const iat = Math.floor(Date.now() / 1_000);
  const claims: DashboardClaims = {
    iss: TOKEN_ISSUER,
    aud: ['dashboard'],
    typ: 'dashboard',
    sub: userId,
    sid: sessionId,
    tv: state.tokenVersion,
    iat,
    exp: iat + DASHBOARD_TTL_SECONDS,
  };
  reply.setCookie(COOKIE, app.jwt.sign(claims), {
    path: '/admin',
    httpOnly: true,
    sameSite: 'strict',
    secure: publicUrl(app.deps.config, request).startsWith('https:'),
    maxAge: DASHBOARD_TTL_SECONDS,
  });
}

/** Admits admins, by cookie or by a session in the header. @throws {errors.Unauthenticated} {errors.Forbidden} */
export async function requireDashboard(app: FastifyInstance, request: FastifyRequest): Promise<void> {
  const role = await readRole(app, request);
  if (role !== 'admin') throw new errors.Forbidden('only admins can open the dashboard');
}

async function readRole(app: FastifyInstance, request: FastifyRequest): Promise<string> {
  if (countCredentials(request) > 0) {
    const principal = await authenticate(app, request);
    if (!('sessionId' in principal)) throw new errors.SessionRequired();
    return principal.role;
  }
  const claims = readCookie(app, request.cookies[COOKIE]);
  const state = claims && (await app.deps.userStates.read(claims.sub, claims.sid));
  if (state?.tokenVersion !== claims?.tv || !state) throw new errors.Unauthenticated();
  return state.role;
}

function readCookie(app: FastifyInstance, cookie: string | undefined): DashboardClaims | undefined {
  if (cookie === undefined) return undefined;
  try {
    return DashboardClaims.safeParse(app.jwt.verify(cookie)).data;
  } catch {
    return undefined;
  }
}

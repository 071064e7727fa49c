import fastifyJwt from '@fastify/jwt';
import { AccessClaims, TOKEN_ISSUER } from '@mcp-server/shared';
import type { FastifyInstance } from 'fastify';

import type { Config } from '../config/config.ts';
import type { OpenSession } from '../services/accounts/open-session.ts';

const AUDIENCES = ['api', 'mcp'] as const;

/** Signs and verifies with HS256 only. */
export async function registerAccessTokens(app: FastifyInstance, config: Config): Promise<void> {
  await app.register(fastifyJwt, {
    secret: config.JWT_SECRET,
    sign: { algorithm: 'HS256' },
    verify: { algorithms: ['HS256'], allowedIss: TOKEN_ISSUER, requiredClaims: ['exp', 'iat', 'sub', 'aud'] },
  });
}

export function signAccessToken(
  app: Pick<FastifyInstance, 'jwt'>,
  { user, family }: Pick<OpenSession, 'user' | 'family'>,
  config: Pick<Config, 'ACCESS_TOKEN_TTL_SECONDS'>,
): string {
  const iat = Math.floor(Date.now() / 1_000);
  const claims: AccessClaims = {
    iss: TOKEN_ISSUER,
    aud: [...AUDIENCES],
    typ: 'access',
    sub: user.id,
    tv: user.tokenVersion,
    sid: family,
    iat,
    exp: iat + config.ACCESS_TOKEN_TTL_SECONDS,
  };
  return app.jwt.sign(claims);
}

/** Clocks of the processes that issue and check tokens may differ by this much. */
const CLOCK_TOLERANCE_SECONDS = 60;

/** Undefined for anything but a valid access token of this server. */
export function readAccessToken(
  app: Pick<FastifyInstance, 'jwt'>,
  token: string,
  config: Pick<Config, 'ACCESS_TOKEN_TTL_SECONDS'>,
): AccessClaims | undefined {
  let payload: unknown;
  try {
    payload = app.jwt.verify(token);
  } catch {
    return undefined;
  }
  const { success, data: claims } = AccessClaims.safeParse(payload);
  // A signed token that lives longer than the configured time was issued elsewhere, or under another rule.
  const isOurs = success && claims.exp - claims.iat <= config.ACCESS_TOKEN_TTL_SECONDS;
  const latest = Date.now() / 1_000 + CLOCK_TOLERANCE_SECONDS;
  return isOurs && claims.iat <= latest ? claims : undefined;
}

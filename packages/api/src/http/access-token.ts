import fastifyJwt from '@fastify/jwt';
import { AccessClaims, TOKEN_ISSUER } from '@mcp-server/shared';
import type { FastifyInstance } from 'fastify';

import type { Config } from '../config/config.ts';
import { readSecretList } from '../config/secrets.ts';
import type { OpenSession } from '../services/accounts/open-session.ts';

const AUDIENCES = ['api', 'mcp'] as const;

/** Signs and verifies with HS256 only. */
export async function registerAccessTokens(app: FastifyInstance, config: Config): Promise<void> {
  await app.register(fastifyJwt, {
    secret: readSecretList(config.JWT_SECRET)[0],
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
  config: Pick<Config, 'ACCESS_TOKEN_TTL_SECONDS' | 'JWT_SECRET'>,
): AccessClaims | undefined {
  const { success, data: claims } = AccessClaims.safeParse(verify(app, token, config));
  // A signed token that lives longer than the configured time was issued elsewhere, or under another rule.
  const isOurs = success && claims.exp - claims.iat <= config.ACCESS_TOKEN_TTL_SECONDS;
  const latest = Date.now() / 1_000 + CLOCK_TOLERANCE_SECONDS;
  return isOurs && claims.iat <= latest ? claims : undefined;
}

/** Undefined for a token that none of the secrets has signed, or that is not valid now. */
function verify(
  app: Pick<FastifyInstance, 'jwt'>,
  token: string,
  { JWT_SECRET }: Pick<Config, 'JWT_SECRET'>,
): unknown {
  const [, ...others] = readSecretList(JWT_SECRET);
  for (const options of [undefined, ...others.map((key) => ({ key }))]) {
    try {
      return app.jwt.verify(token, options);
    } catch {
      // Another secret may have signed it.
    }
  }
  return undefined;
}

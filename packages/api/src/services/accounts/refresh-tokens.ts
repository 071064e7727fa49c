import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

/** A refresh token as issued, and the hash stored for it. */
export interface RefreshToken {
  token: string;
  hash: string;
}

export interface RefreshTokens {
  issue(family: string): RefreshToken;
  /** Family and hash of a token issued by this server, whether or not it is still the latest; otherwise undefined. */
  read(token: string): { family: string; hash: string } | undefined;
}

const RANDOM_BYTES = 32;
const SHAPE = /^(?<family>[0-9a-f-]{36})\.(?<random>[\w-]{43})\.(?<seal>[\w-]{43})$/;

/**
 * A token is `<family>.<random>.<seal>`. The seal, an HMAC over the rest, proves that an old token was issued here
 * without storing it. Only a sealed token can end a family, so guessing cannot end sessions. The database holds an HMAC
 * of the latest token under the same secret, never a token.
 */
export function buildRefreshTokens(secret: string): RefreshTokens {
  const mac = (purpose: 'seal' | 'store', text: string) =>
    createHmac('sha256', secret).update(`${purpose}:${text}`).digest();

  return {
    issue(family) {
      const body = `${family}.${randomBytes(RANDOM_BYTES).toString('base64url')}`;
      const token = `${body}.${mac('seal', body).toString('base64url')}`;
      return { token, hash: mac('store', token).toString('hex') };
    },
    read(token) {
      const { family, random, seal } = SHAPE.exec(token)?.groups ?? {};
      if (!family || !random || !seal) return undefined;
      const actual = Buffer.from(seal, 'base64url');
      const expected = mac('seal', `${family}.${random}`);
      if (actual.length !== expected.length || !timingSafeEqual(actual, expected)) return undefined;
      return { family, hash: mac('store', token).toString('hex') };
    },
  };
}

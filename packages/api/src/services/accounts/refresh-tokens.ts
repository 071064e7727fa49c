import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

/** A refresh token as handed out, and the hash under which it is stored. */
export interface RefreshToken {
  token: string;
  hash: string;
}

export interface RefreshTokens {
  draw(family: string): RefreshToken;
  /** The family and hash of a token that was drawn here, whether or not it is still the newest; else undefined. */
  read(token: string): { family: string; hash: string } | undefined;
}

const RANDOM_BYTES = 32;
const SHAPE = /^(?<family>[0-9a-f-]{36})\.(?<random>[\w-]{43})\.(?<seal>[\w-]{43})$/;

/**
 * A token is `<family>.<random>.<seal>`. The seal, an HMAC over the rest, lets an old token be known as ours without
 * storing it: only a sealed one can end a family, so nobody ends another's session by guessing. The database holds an
 * HMAC of the newest token under the same secret, never a token.
 */
export function buildRefreshTokens(secret: string): RefreshTokens {
  const mac = (purpose: 'seal' | 'store', text: string) =>
    createHmac('sha256', secret).update(`${purpose}:${text}`).digest();

  return {
    draw(family) {
      const body = `${family}.${randomBytes(RANDOM_BYTES).toString('base64url')}`;
      const token = `${body}.${mac('seal', body).toString('base64url')}`;
      return { token, hash: mac('store', token).toString('hex') };
    },
    read(token) {
      const { family, random, seal } = SHAPE.exec(token)?.groups ?? {};
      if (!family || !random || !seal) return undefined;
      const given = Buffer.from(seal, 'base64url');
      const expected = mac('seal', `${family}.${random}`);
      if (given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined;
      return { family, hash: mac('store', token).toString('hex') };
    },
  };
}

import { createHash, randomUUID } from 'node:crypto';

import { z } from 'zod';

import type { Principal } from '../services/principal.ts';
import { buildStateCodecs, verifyByAny } from './state-codecs.ts';

/**
 * A session opens nothing by itself, so it may live long. Clients that keep running learn by a 404 that they must
 * initialize again, which some do not handle.
 */
const SESSION_TTL_SECONDS = 30 * 86_400;

const SessionClaims = z.strictObject({ id: z.uuid(), credential: z.string() });

/** Sessions of clients of revision 2025-11-25. They only tell apart the clients that share a credential. */
export interface McpSessions {
  /** Resolves to the text for the client, of visible ASCII characters. */
  begin(principal: Principal): Promise<string>;
  /** Resolves to the id; undefined for a session that is forged, expired or of another credential. */
  read(text: string, principal: Principal): Promise<string | undefined>;
}

/**
 * Signs sessions, so that every API process can read them and none has to store them. The key is derived, so a session
 * never passes as a token.
 */
export function buildMcpSessions(
  config: { JWT_SECRET: string },
  { ttlSeconds = SESSION_TTL_SECONDS } = {},
): McpSessions {
  const [codec, ...others] = buildStateCodecs(config, 'mcp session', { ttlSeconds });
  return {
    begin: (principal) => codec.mint({ id: randomUUID(), credential: credentialOf(principal) }),
    async read(text, principal) {
      // The codec only throws for states that it does not accept, and does not use the context.
      const state = await verifyByAny([codec, ...others], text, undefined as never).catch(() => undefined);
      const { data: claims } = SessionClaims.safeParse(state);
      return claims?.credential === credentialOf(principal) ? claims.id : undefined;
    },
  };
}

/** A session or a key; two keys of one user are two credentials. */
const credentialOf = (principal: Principal): string =>
  'sessionId' in principal ? `session ${principal.sessionId}` : `key ${principal.keyId}`;

/** Names a call by its session and its JSON-RPC id; the ids 1 and "1" differ. */
export const nameCall = (session: string, id: string | number): string =>
  createHash('sha256')
    .update(JSON.stringify([session, id]))
    .digest('base64url');

import { hkdfSync } from 'node:crypto';

import { createRequestStateCodec, type RequestStateCodec } from '@modelcontextprotocol/server';
import { z } from 'zod';

/** State that a client carries from one round of a call to the next: which execution asked which questions. */
export const RoundState = z.strictObject({ executionId: z.uuid(), keys: z.array(z.string()) });
export type RoundState = z.infer<typeof RoundState>;

const KEY_BYTES = 32;

/**
 * Signs round states, so that any API process can continue a call. They are bound to the user and the method and expire
 * with the execution's deadline. The key is derived, so a state never passes as a token, nor a token as a state.
 */
export function buildRoundStates(config: {
  JWT_SECRET: string;
  EXECUTION_DEADLINE_SECONDS: number;
}): RequestStateCodec<RoundState> {
  const key = hkdfSync('sha256', config.JWT_SECRET, '', 'mcp-server round state', KEY_BYTES);
  return createRequestStateCodec<RoundState>({
    key: new Uint8Array(key),
    ttlSeconds: config.EXECUTION_DEADLINE_SECONDS,
    bind: ({ mcpReq, http }) => `${mcpReq.method} ${http?.authInfo?.clientId ?? ''}`,
  });
}

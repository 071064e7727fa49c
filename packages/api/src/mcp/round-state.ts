import type { RequestStateCodec } from '@modelcontextprotocol/server';
import { z } from 'zod';

import { buildStateCodecs, verifyByAny } from './state-codecs.ts';

/** State that a client carries from one round of a call to the next: which execution asked which questions. */
export const RoundState = z.strictObject({ executionId: z.uuid(), keys: z.array(z.string()) });
export type RoundState = z.infer<typeof RoundState>;

/**
 * Signs round states, so that any API process can continue a call. They are bound to the user and the method and expire
 * with the execution's deadline. The key is derived, so a state never passes as a token, nor a token as a state.
 */
export function buildRoundStates(config: {
  JWT_SECRET: string;
  EXECUTION_DEADLINE_SECONDS: number;
}): RequestStateCodec<RoundState> {
  const codecs = buildStateCodecs<RoundState>(config, 'round state', {
    ttlSeconds: config.EXECUTION_DEADLINE_SECONDS,
    bind: ({ mcpReq, http }) => `${mcpReq.method} ${http?.authInfo?.clientId ?? ''}`,
  });
  return { ...codecs[0], verify: (state, ctx) => verifyByAny(codecs, state, ctx) };
}

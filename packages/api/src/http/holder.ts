import { errors } from '@mcp-server/shared';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

import type { Wait } from '../services/executions/wait-for-end.ts';
import type { Holder } from '../services/holder.ts';
import type { KeyPrincipal } from '../services/principal.ts';
import { authenticate, callerOf } from './authenticate.ts';
import { disconnectSignal } from './disconnect-signal.ts';

/** Turns the caller of a request into a holder. A changed role ends its rights: what it waits for was chosen under the old one. */
export async function toHolder(app: FastifyInstance, request: FastifyRequest): Promise<Holder> {
  const principal = callerOf(request.principal);
  if (!('sessionId' in principal))
    return { principal, isStillAuthorized: () => isSameKey(app, request, principal) };
  const { userId, sessionId, role } = principal;
  const { userStates } = app.deps;
  const first = await userStates.read(userId, sessionId);
  return {
    principal,
    // A session outlives its access tokens, so their expiry ends nothing.
    async isStillAuthorized() {
      const now = await userStates.read(userId, sessionId);
      return now !== undefined && now.tokenVersion === first?.tokenVersion && now.role === role;
    },
  };
}

/** Turns the caller of a request into one that waits for at most `ms`. */
export const toWait = async (
  app: FastifyInstance,
  request: FastifyRequest,
  reply: FastifyReply,
  ms: number,
): Promise<Wait> => ({ ms, gone: disconnectSignal(reply), holder: await toHolder(app, request) });

async function isSameKey(
  app: FastifyInstance,
  request: FastifyRequest,
  { role, scopes }: KeyPrincipal,
): Promise<boolean> {
  try {
    const now = await authenticate(app, request);
    return now.role === role && 'scopes' in now && scopes.every((scope) => now.scopes.includes(scope));
  } catch (error) {
    if (error instanceof errors.Unauthenticated) return false;
    throw error;
  }
}

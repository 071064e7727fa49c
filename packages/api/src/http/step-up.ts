import { errors } from '@mcp-server/shared';
import type { FastifyInstance, FastifyReply } from 'fastify';

import { hasSteppedUp, STEP_UP_MINUTES } from '../services/accounts/step-up.ts';
import type { Principal } from '../services/principal.ts';

/** Part of the description of routes that need a fresh password. */
export const STEP_UP_HINT = `Needs your password of the last ${STEP_UP_MINUTES} minutes: a fresh sign-in or \`POST /api/auth/step-up\`.`;
const CHALLENGE = `Bearer error="insufficient_user_authentication", max_age=${STEP_UP_MINUTES * 60}`;

/**
 * Requires a fresh password. The header names the reason as RFC 9470 does; the status is 403, because the token itself is
 * valid and another one of the same session would not help. @throws {errors.StepUpRequired}
 */
export async function requireStepUp(
  app: FastifyInstance,
  principal: Principal,
  reply: FastifyReply,
): Promise<void> {
  if (await hasSteppedUp(app.deps, principal)) return;
  reply.header('www-authenticate', CHALLENGE);
  throw new errors.StepUpRequired(STEP_UP_MINUTES);
}

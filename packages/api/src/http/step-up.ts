import { errors } from '@mcp-server/shared';
import type { FastifyInstance, FastifyReply, RouteOptions } from 'fastify';

import { hasSteppedUp, STEP_UP_MINUTES } from '../services/accounts/step-up.ts';
import type { Principal } from '../services/principal.ts';

const HINT = `Needs your password of the last ${STEP_UP_MINUTES} minutes: a fresh sign-in or \`POST /api/auth/step-up\`.`;
const CHALLENGE = `Bearer error="insufficient_user_authentication", max_age=${STEP_UP_MINUTES * 60}`;

/** Adds the need for a fresh password to the documentation of a route that declares it. Only sessions can have one. */
export function checkStepUpRoute(route: RouteOptions): void {
  const { access, scope, stepUp } = route.config ?? {};
  if (!stepUp) return;
  if (access === 'public' || scope !== undefined)
    throw new Error(`${String(route.method)} ${route.url} declares a step-up, so it must take sessions only`);
  const { description } = route.schema ?? {};
  route.schema = { ...route.schema, description: [description, HINT].filter(Boolean).join(' ') };
}

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

import { errors, findUserById, hasGivenPassword, type Models, notePassword } from '@mcp-server/shared';

import { type Principal, type SessionPrincipal, sessionOf } from '../principal.ts';
import type { AuthThrottle } from './auth-throttle.ts';
import type { Passwords } from './passwords.ts';

/** How long a password counts as fresh. */
export const STEP_UP_MINUTES = 10;

interface StepUpDeps {
  models: Models;
  passwords: Passwords;
  authThrottle: AuthThrottle;
}

/** True if the caller's session has a fresh password. Read from the database each time. @throws {errors.SessionRequired} */
export const hasSteppedUp = (
  { models }: Pick<StepUpDeps, 'models'>,
  principal: Principal,
): Promise<boolean> =>
  hasGivenPassword(models.SessionModel, {
    family: sessionOf(principal).sessionId,
    withinMs: STEP_UP_MINUTES * 60_000,
  });

/**
 * Checks the caller's password and notes in the session that it was given.
 * @throws {errors.BadCredentials} {errors.TooManyRequests} {errors.Unauthenticated} {errors.Busy}
 */
export const stepUp = (
  deps: StepUpDeps,
  principal: SessionPrincipal,
  password: string,
  { ip: address }: { ip: string },
): Promise<void> =>
  deps.authThrottle.guard('password', { account: principal.userId, address }, async () => {
    const account = await findUserById(deps.models.UserModel, principal.userId);
    const isRight = await deps.passwords.verify(password, account?.passwordHash);
    if (!account?.isActive || !isRight) throw new errors.BadCredentials();
    if (!(await notePassword(deps.models.SessionModel, principal.sessionId)))
      throw new errors.Unauthenticated();
  });

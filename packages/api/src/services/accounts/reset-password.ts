import { createHash, randomBytes } from 'node:crypto';

import {
  consumeReset,
  errors,
  isResetOpen,
  type Models,
  type PasswordReset,
  revokeSessionsOf,
  storeResetHash,
} from '@mcp-server/shared';

import type { AccountChanges } from './account-changes.ts';
import type { AuthThrottle } from './auth-throttle.ts';
import type { Passwords } from './passwords.ts';

/** Long enough to pass a link on, short enough to limit misuse. */
const RESET_LIFE_SECONDS = 600;
const RANDOM_BYTES = 32;
const SHAPE = /^(?<id>[0-9a-f]{24})\.[\w-]{43}$/;

interface ResetDeps {
  models: Models;
  passwords: Passwords;
  authThrottle: AuthThrottle;
  accountChanges: AccountChanges;
}

const hashOf = (token: string): string => createHash('sha256').update(token).digest('hex');

/**
 * Creates a one-time token that sets a new password for this user, replacing an earlier one. The token exists only in
 * this response.
 * @throws {errors.NotFound}
 */
export async function createResetToken(
  { models }: Pick<ResetDeps, 'models'>,
  id: string,
): Promise<{ token: string; expiresIn: number }> {
  const token = `${id}.${randomBytes(RANDOM_BYTES).toString('base64url')}`;
  const reset = { id, resetHash: hashOf(token), lifeMs: RESET_LIFE_SECONDS * 1_000 };
  if (!(await storeResetHash(models.UserModel, reset))) throw new errors.NotFound('user');
  return { token, expiresIn: RESET_LIFE_SECONDS };
}

/**
 * Sets the password with a one-time token and ends all sessions of its user.
 * @throws {errors.ResetRefused} {errors.WeakPassword} {errors.TooManyRequests} {errors.Busy}
 */
export async function resetPassword(
  deps: ResetDeps,
  { token, password }: PasswordReset,
  { ip: address }: { ip: string },
): Promise<void> {
  const id = SHAPE.exec(token)?.groups?.id;
  await deps.authThrottle.guard('reset', { account: id ?? 'unknown', address }, async () => {
    const { UserModel, SessionModel } = deps.models;
    if (id === undefined) throw new errors.ResetRefused();
    const reset = { id, resetHash: hashOf(token) };
    if (!(await isResetOpen(UserModel, reset))) throw new errors.ResetRefused();
    const passwordHash = await deps.passwords.hash(password);
    if (!(await consumeReset(UserModel, { ...reset, passwordHash }))) throw new errors.ResetRefused();
    await revokeSessionsOf(SessionModel, { userId: id });
    await deps.accountChanges.announce(id);
  });
}

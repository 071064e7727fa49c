import {
  deleteMailTokensOf,
  errors,
  findUserById,
  notePassword,
  type PasswordChange,
  replacePassword,
  replaceRefreshHash,
  revokeSessionsOf,
} from '@mcp-server/shared';

import type { SessionPrincipal } from '../principal.ts';
import type { AccountChanges } from './account-changes.ts';
import type { AuthThrottle } from './auth-throttle.ts';
import type { Client, OpenSession, SessionDeps } from './open-session.ts';
import type { Passwords } from './passwords.ts';

interface PasswordDeps extends SessionDeps {
  passwords: Passwords;
  authThrottle: AuthThrottle;
  accountChanges: AccountChanges;
}

/**
 * Sets the caller's password, ends all other sessions and revokes all tokens, so the calling session gets new ones.
 * @throws {errors.BadCredentials} {errors.WeakPassword} {errors.TooManyRequests} {errors.Unauthenticated} {errors.Busy}
 */
export const changeOwnPassword = (
  deps: PasswordDeps,
  principal: SessionPrincipal,
  change: PasswordChange,
  { ip: address }: Client,
): Promise<OpenSession> =>
  deps.authThrottle.guard('password', { account: principal.userId, address }, () =>
    changeIfRight(deps, principal, change),
  );

async function changeIfRight(
  deps: PasswordDeps,
  { userId, sessionId }: SessionPrincipal,
  { currentPassword, newPassword }: PasswordChange,
): Promise<OpenSession> {
  const { UserModel, SessionModel, MailTokenModel } = deps.models;
  const account = await findUserById(UserModel, userId);
  const isRight = await deps.passwords.verify(currentPassword, account?.passwordHash);
  if (!account || !isRight) throw new errors.BadCredentials();
  const toHash = await deps.passwords.hash(newPassword, {
    known: [account.email, account.username],
    field: 'newPassword',
  });
  const user = await replacePassword(UserModel, { id: userId, fromHash: account.passwordHash, toHash });
  // Another request changed it in between: what the caller proved to know is no longer the password.
  if (!user) throw new errors.BadCredentials();
  await deleteMailTokensOf(MailTokenModel, userId);
  await revokeSessionsOf(SessionModel, { userId, exceptFamily: sessionId });
  await deps.accountChanges.announce(userId);
  const { token: refreshToken, hash: refreshHash } = deps.refreshTokens.issue(sessionId);
  const isOpen = await replaceRefreshHash(SessionModel, { family: sessionId, refreshHash });
  if (!isOpen) throw new errors.Unauthenticated();
  await notePassword(SessionModel, sessionId);
  return { user, family: sessionId, refreshToken };
}

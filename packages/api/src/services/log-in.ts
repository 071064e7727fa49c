import { errors, findUserByEmail, type LoginInput, recordLogin } from '@mcp-server/shared';

import { type Client, openSession, type OpenSession, type SessionDeps } from './open-session.ts';
import type { Passwords } from './passwords.ts';

/**
 * Opens a session for an e-mail and a password. Unknown, disabled and wrong look and take the same.
 * @throws {errors.BadCredentials} {errors.Busy}
 */
export async function logIn(
  deps: SessionDeps & { passwords: Passwords },
  { email, password }: LoginInput,
  client: Client,
): Promise<OpenSession> {
  const { UserModel } = deps.models;
  const found = await findUserByEmail(UserModel, email);
  const isRight = await deps.passwords.verify(password, found?.passwordHash);
  if (!found?.isActive || !isRight) throw new errors.BadCredentials();
  const user = await recordLogin(UserModel, found.id);
  if (!user?.isActive) throw new errors.BadCredentials();
  return openSession(deps, user, client);
}

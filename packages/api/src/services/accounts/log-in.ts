import { errors, findUserByEmail, type LoginInput, recordLogin } from '@mcp-server/shared';

import type { AuthThrottle } from './auth-throttle.ts';
import { type Client, openSession, type OpenSession, type SessionDeps } from './open-session.ts';
import type { Passwords } from './passwords.ts';

interface LoginDeps extends SessionDeps {
  passwords: Passwords;
  authThrottle: AuthThrottle;
}

/**
 * Opens a session with e-mail and password. Unknown, disabled and wrong accounts get the same response in the same time.
 * @throws {errors.BadCredentials} {errors.TooManyRequests} {errors.Busy}
 */
export const logIn = (deps: LoginDeps, input: LoginInput, client: Client): Promise<OpenSession> =>
  deps.authThrottle.guard('login', { account: input.email, address: client.ip }, () =>
    openIfRight(deps, input, client),
  );

async function openIfRight(
  deps: LoginDeps,
  { email, password }: LoginInput,
  client: Client,
): Promise<OpenSession> {
  const { UserModel } = deps.models;
  const account = await findUserByEmail(UserModel, email);
  const isRight = await deps.passwords.verify(password, account?.passwordHash);
  if (!account?.isActive || !isRight) throw new errors.BadCredentials();
  const user = await recordLogin(UserModel, account.id);
  if (!user?.isActive) throw new errors.BadCredentials();
  return openSession(deps, user, client);
}

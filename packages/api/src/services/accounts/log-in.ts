import {
  errors,
  findUserByEmail,
  listSessionAddresses,
  type LoginInput,
  recordLogin,
} from '@mcp-server/shared';

import type { AuthThrottle } from './auth-throttle.ts';
import { clientNetwork } from './client-network.ts';
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
  deps.authThrottle.guard(
    'login',
    {
      account: input.email,
      address: client.ip,
      isKnown: () => hasSignedInFrom(deps, input.email, client.ip),
    },
    () => openIfRight(deps, input, client),
  );

/** Sessions that are looked through for an address. */
const MAX_SESSIONS = 100;

async function hasSignedInFrom({ models }: LoginDeps, email: string, address: string): Promise<boolean> {
  const user = await findUserByEmail(models.UserModel, email);
  if (!user) return false;
  const used = await listSessionAddresses(models.SessionModel, { userId: user.id, limit: MAX_SESSIONS });
  return used.some((one) => clientNetwork(one) === clientNetwork(address));
}

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

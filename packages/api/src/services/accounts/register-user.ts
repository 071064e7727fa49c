import {
  errors,
  insertUser,
  type RegisterInput,
  type Role,
  type Stored,
  type UserRecord,
  isSameSecret,
} from '@mcp-server/shared';

import type { AuthThrottle } from './auth-throttle.ts';
import { type Client, openSession, type OpenSession, type SessionDeps } from './open-session.ts';
import type { Passwords } from './passwords.ts';

/** Credentials for a role above `user`. */
export interface Credentials {
  adminKey?: string | undefined;
  /** The role of the signed-in caller, if there is one. */
  callerRole?: Role | undefined;
}

interface RegisterDeps extends SessionDeps {
  passwords: Passwords;
  authThrottle: AuthThrottle;
  config: SessionDeps['config'] & { ADMIN_API_KEY?: string | undefined; NODE_ENV: string };
}

/**
 * Creates an account and opens its first session.
 * @throws {errors.AdminRefused} {errors.AccountExists} {errors.WeakPassword} {errors.TooManyRequests} {errors.Busy}
 */
export async function registerUser(
  deps: RegisterDeps,
  input: RegisterInput,
  from: Client & Credentials,
): Promise<OpenSession> {
  return deps.authThrottle.guard('register', { account: input.email, address: from.ip }, async () => {
    const right = input.role === 'user' ? 'none_needed' : authorizeRole(deps.config, input.role, from);
    const passwordHash = await deps.passwords.hash(input.password, { known: [input.email, input.username] });
    const user = await insertAuthorized(deps, { ...input, passwordHash }, right);
    return openSession(deps, user, from);
  });
}

type Right = 'none_needed' | 'granted' | 'first_admin_only';

function authorizeRole(
  config: RegisterDeps['config'],
  role: Role,
  { adminKey, callerRole }: Credentials,
): Right {
  if (callerRole === 'admin') return 'granted';
  if (config.ADMIN_API_KEY !== undefined) {
    if (adminKey !== undefined && isSameSecret(adminKey, config.ADMIN_API_KEY)) return 'granted';
    throw new errors.AdminRefused(
      role,
      'the X-Admin-Key header with the ADMIN_API_KEY of the server, or an admin session',
    );
  }
  if (config.NODE_ENV === 'production') {
    throw new errors.AdminRefused(role, 'an admin session, or ADMIN_API_KEY to be set on the server');
  }
  if (role !== 'admin') throw new errors.AdminRefused(role, 'an admin session');
  return 'first_admin_only';
}

/** Every new admin is first inserted as the first one: the unique index on `bootstrap` decides whether one existed. */
async function insertAuthorized(
  { models }: RegisterDeps,
  { email, username, role, passwordHash }: Omit<RegisterInput, 'password'> & { passwordHash: string },
  right: Right,
): Promise<Stored<UserRecord>> {
  const account = { email, username, role, passwordHash };
  const asFirst = role === 'admin' ? ({ ...account, bootstrap: true } as const) : account;
  let insertion = await insertUser(models.UserModel, asFirst);
  if (insertion.kind === 'taken' && insertion.field === 'bootstrap') {
    if (right !== 'granted') {
      throw new errors.AdminRefused(role, 'an admin session, because an admin already exists');
    }
    insertion = await insertUser(models.UserModel, account);
  }
  if (insertion.kind === 'taken') throw new errors.AccountExists(insertion.field);
  return insertion.user;
}

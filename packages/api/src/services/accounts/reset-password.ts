import { createHash, randomBytes } from 'node:crypto';

import {
  consumeMailToken,
  consumeReset,
  deleteMailTokensOf,
  errors,
  isMailTokenOpen,
  isResetOpen,
  type Models,
  type PasswordReset,
  readMailToken,
  revokeSessionsOf,
  type SecretKeys,
  setPassword,
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
  config: { SECRETS_KEY?: SecretKeys | undefined };
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
  const reset = readToken(deps, token);
  await deps.authThrottle.guard('reset', { account: reset?.id ?? 'unknown', address }, async () => {
    if (!reset || !(await reset.isOpen())) throw new errors.ResetRefused();
    const userId = await reset.consume(await deps.passwords.hash(password));
    if (userId === undefined) throw new errors.ResetRefused();
    await deleteMailTokensOf(deps.models.MailTokenModel, userId);
    await revokeSessionsOf(deps.models.SessionModel, { userId });
    await deps.accountChanges.announce(userId);
  });
}

/** A token that may still be open. */
interface Reset {
  id: string;
  isOpen(): Promise<boolean>;
  /** Sets the password and resolves to its user; of many concurrent calls one does. */
  consume(passwordHash: string): Promise<string | undefined>;
}

/** Reads a token of an admin or of a mail; undefined if it is neither. */
function readToken({ models, config }: ResetDeps, token: string): Reset | undefined {
  const { UserModel, MailTokenModel } = models;
  const id = SHAPE.exec(token)?.groups?.id;
  if (id !== undefined) {
    const reset = { id, resetHash: hashOf(token) };
    return {
      id,
      isOpen: () => isResetOpen(UserModel, reset),
      consume: async (passwordHash) =>
        (await consumeReset(UserModel, { ...reset, passwordHash })) ? id : undefined,
    };
  }
  const tokenId = config.SECRETS_KEY && readMailToken(config.SECRETS_KEY, 'reset', token);
  if (tokenId === undefined) return undefined;
  const mailToken = { id: tokenId, kind: 'reset' } as const;
  return {
    id: tokenId,
    isOpen: () => isMailTokenOpen(MailTokenModel, mailToken),
    async consume(passwordHash) {
      const userId = (await consumeMailToken(MailTokenModel, mailToken))?.userId;
      if (userId === undefined) return undefined;
      return (await setPassword(UserModel, { id: userId, passwordHash })) ? userId : undefined;
    },
  };
}

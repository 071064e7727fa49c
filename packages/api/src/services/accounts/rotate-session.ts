import {
  errors,
  findLiveSession,
  findUserById,
  hasJustReplaced,
  revokeSession,
  rotateRefreshHash,
} from '@mcp-server/shared';

import type { AuthThrottle } from './auth-throttle.ts';
import type { Client, OpenSession, SessionDeps } from './open-session.ts';
import type { RefreshTokens } from './refresh-tokens.ts';

/** Two tabs that refresh at once are not a theft: for this time a token that was just replaced is only refused. */
const REUSE_GRACE_MS = 10_000;

/**
 * Exchanges the latest refresh token of a session for the next one:
 * - the latest token works exactly once, and each exchange issues a token to one caller only;
 * - an older token ends the session: two parties hold tokens of it, so one of them is a thief. Only the token that the
 *   latest one replaced, less than 10 s ago, is merely refused.
 * @throws {errors.Unauthenticated} {errors.TooManyRequests}
 */
export async function rotateSession(
  deps: SessionDeps & { authThrottle: AuthThrottle },
  refreshToken: string,
  { ip: address }: Client,
): Promise<OpenSession> {
  const token = deps.refreshTokens.read(refreshToken);
  const account = token?.family ?? 'unknown';
  return deps.authThrottle.guard('refresh', { account, address }, () => rotate(deps, token));
}

type Token = NonNullable<ReturnType<RefreshTokens['read']>>;

async function rotate(deps: SessionDeps, token: Token | undefined): Promise<OpenSession> {
  const { SessionModel, UserModel } = deps.models;
  if (!token) throw new errors.Unauthenticated();
  const { family } = token;
  const next = deps.refreshTokens.issue(family);
  const session = await rotateRefreshHash(SessionModel, {
    family,
    presentedHash: token.hash,
    nextHash: next.hash,
  });
  if (!session) {
    await endOnReuse(deps, token);
    throw new errors.Unauthenticated();
  }
  const user = await findUserById(UserModel, session.userId);
  if (!user?.isActive) throw new errors.Unauthenticated();
  return { user, family, refreshToken: next.token };
}

async function endOnReuse({ models }: SessionDeps, { family, hash }: Token): Promise<void> {
  const session = await findLiveSession(models.SessionModel, family);
  // A concurrent exchange may have made it the latest.
  if (!session || session.refreshHash === hash) return;
  const replaced = { family, hash, withinMs: REUSE_GRACE_MS };
  if (!(await hasJustReplaced(models.SessionModel, replaced)))
    await revokeSession(models.SessionModel, family);
}

import { errors, findLiveSession, findUserById, revokeSession, rotateRefreshHash } from '@mcp-server/shared';

import type { AuthThrottle } from './auth-throttle.ts';
import type { Client, OpenSession, SessionDeps } from './open-session.ts';
import type { RefreshTokens } from './refresh-tokens.ts';

/** Two tabs that refresh at once are not a theft: within this time an old token is only refused. */
const REUSE_GRACE_MS = 10_000;

/**
 * Exchanges the latest refresh token of a session for the next one:
 * - the latest token works exactly once, and each exchange issues a token to one caller only;
 * - an older token is refused. If the last exchange is more than 10 s ago, it also ends the session: two parties hold
 *   tokens of it, so one of them is a thief.
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

async function rotate(deps: SessionDeps, token: ReturnType<RefreshTokens['read']>): Promise<OpenSession> {
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
    await endOnReuse(deps, family);
    throw new errors.Unauthenticated();
  }
  const user = await findUserById(UserModel, session.userId);
  if (!user?.isActive) throw new errors.Unauthenticated();
  return { user, family, refreshToken: next.token };
}

async function endOnReuse({ models }: SessionDeps, family: string): Promise<void> {
  const session = await findLiveSession(models.SessionModel, family);
  if (!session?.rotatedAt) return;
  const sinceRotationMs = Date.now() - session.rotatedAt.getTime();
  if (sinceRotationMs > REUSE_GRACE_MS) await revokeSession(models.SessionModel, family);
}

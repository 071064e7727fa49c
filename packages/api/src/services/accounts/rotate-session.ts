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
  const presented = deps.refreshTokens.read(refreshToken);
  const account = presented?.family ?? 'unknown';
  return deps.authThrottle.guard('refresh', { account, address }, () => rotate(deps, presented));
}

async function rotate(deps: SessionDeps, presented: ReturnType<RefreshTokens['read']>): Promise<OpenSession> {
  const { SessionModel, UserModel } = deps.models;
  if (!presented) throw new errors.Unauthenticated();
  const { family } = presented;
  const next = deps.refreshTokens.draw(family);
  const session = await rotateRefreshHash(SessionModel, {
    family,
    presentedHash: presented.hash,
    nextHash: next.hash,
  });
  if (!session) {
    await punishReuse(deps, family);
    throw new errors.Unauthenticated();
  }
  const user = await findUserById(UserModel, session.userId);
  if (!user?.isActive) throw new errors.Unauthenticated();
  return { user, family, refreshToken: next.token };
}

async function punishReuse({ models }: SessionDeps, family: string): Promise<void> {
  const session = await findLiveSession(models.SessionModel, family);
  if (!session?.rotatedAt) return;
  const sinceRotationMs = Date.now() - session.rotatedAt.getTime();
  if (sinceRotationMs > REUSE_GRACE_MS) await revokeSession(models.SessionModel, family);
}

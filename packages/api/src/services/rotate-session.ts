import { errors, findLiveSession, findUserById, revokeSession, rotateRefreshHash } from '@mcp-server/shared';

import type { OpenSession, SessionDeps } from './open-session.ts';

/** Two tabs that refresh at once are no theft: within this time of a rotation an old token is only refused. */
const REUSE_GRACE_MS = 10_000;

/**
 * Exchanges the newest refresh token of a session for the next one. The rule, as simple as it gets:
 * - the newest token wins, exactly once; nobody is ever handed a token that somebody else got;
 * - an older token of ours is refused, and if the last rotation is more than 10 s ago it ends the session, because
 *   then two parties hold tokens of it and one of them is a thief.
 * @throws {errors.Unauthenticated}
 */
export async function rotateSession(deps: SessionDeps, refreshToken: string): Promise<OpenSession> {
  const { SessionModel, UserModel } = deps.models;
  const presented = deps.refreshTokens.read(refreshToken);
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

import type { Model } from 'mongoose';

import type { SessionRecord } from '../schemas/user.ts';

type SessionModel = Model<SessionRecord>;

/** A session that still opens something. */
const isLive = (now: Date) => ({ revokedAt: { $exists: false }, expiresAt: { $gt: now } });

/** Starts a session: one document for a login and all of its rotations. */
export async function insertSession(
  model: SessionModel,
  session: Pick<SessionRecord, 'userId' | 'family' | 'refreshHash' | 'userAgent' | 'ip' | 'expiresAt'>,
): Promise<void> {
  await model.create(session);
}

/**
 * Replaces the refresh token's hash, if the presented one is the newest. One compare-and-set on one document: of many
 * callers at once a single one wins, and a session never has two tokens that work.
 */
export async function rotateRefreshHash(
  model: SessionModel,
  rotation: { family: string; presentedHash: string; nextHash: string },
): Promise<SessionRecord | undefined> {
  const now = new Date();
  const session = await model
    .findOneAndUpdate(
      { family: rotation.family, refreshHash: rotation.presentedHash, ...isLive(now) },
      { $set: { refreshHash: rotation.nextHash, rotatedAt: now } },
      { returnDocument: 'after' },
    )
    .lean<SessionRecord>();
  return session ?? undefined;
}

export async function findLiveSession(
  model: SessionModel,
  family: string,
): Promise<SessionRecord | undefined> {
  const session = await model.findOne({ family, ...isLive(new Date()) }).lean<SessionRecord>();
  return session ?? undefined;
}

/** Ends a session for good: its refresh token and its access tokens open nothing from now on. */
export async function revokeSession(model: SessionModel, family: string): Promise<void> {
  await model.updateOne({ family, revokedAt: { $exists: false } }, { $set: { revokedAt: new Date() } });
}

import type { Model, Types } from 'mongoose';

import { holdsNow, inMs, literal, NOW } from '../executions/db-time.ts';
import type { SessionRecord } from '../schemas/user.ts';
import type { PageRequest, PageRows } from './page.ts';
import { readPage } from './read-page.ts';
import { type Stored, toStored } from './stored.ts';

type SessionModel = Model<SessionRecord>;

/** Filter for sessions that are neither revoked nor expired. */
const isLive = (now: Date) => ({ revokedAt: { $exists: false }, expiresAt: { $gt: now } });

/** Inserts a session: one document for a login and all of its rotations. Its owner has just given the password. */
export async function insertSession(
  model: SessionModel,
  {
    family,
    ...session
  }: Pick<SessionRecord, 'userId' | 'family' | 'refreshHash' | 'userAgent' | 'ip' | 'expiresAt'>,
): Promise<void> {
  await model.updateOne(
    { family },
    { $setOnInsert: session, $currentDate: { passwordAt: true } },
    { upsert: true },
  );
}

/** Addresses of a user's newest sessions, ended ones too. */
export async function listSessionAddresses(
  model: SessionModel,
  { userId, limit }: { userId: string; limit: number },
): Promise<string[]> {
  const sessions = await model
    .find({ userId }, { ip: 1 })
    .sort({ _id: -1 })
    .limit(limit)
    .lean<Pick<SessionRecord, 'ip'>[]>();
  return sessions.flatMap(({ ip }) => (typeof ip === 'string' ? [ip] : []));
}

/** Notes that the password was given again in a session; false when the session has ended. */
export async function notePassword(model: SessionModel, family: string): Promise<boolean> {
  const session = await model
    .findOneAndUpdate({ family, ...isLive(new Date()) }, { $currentDate: { passwordAt: true } })
    .lean<SessionRecord>();
  return session !== null;
}

/** True if the password was given in this session within `withinMs`. A session without a note counts from its sign-in. */
export async function hasGivenPassword(
  model: SessionModel,
  { family, withinMs }: { family: string; withinMs: number },
): Promise<boolean> {
  const given = { $ifNull: ['$passwordAt', '$createdAt'] };
  const session = await model
    .findOne({ family, ...isLive(new Date()), ...holdsNow({ $gt: [given, inMs(-withinMs)] }) }, { _id: 1 })
    .lean();
  return session !== null;
}

/**
 * Replaces the refresh token's hash, if the presented one is the newest. One compare-and-set on one document: of many
 * concurrent callers a single one wins, and a session never has two valid tokens.
 */
export async function rotateRefreshHash(
  model: SessionModel,
  rotation: { family: string; presentedHash: string; nextHash: string },
): Promise<SessionRecord | undefined> {
  const session = await model
    .findOneAndUpdate(
      { family: rotation.family, refreshHash: rotation.presentedHash, ...isLive(new Date()) },
      {
        $set: { refreshHash: rotation.nextHash, previousHash: rotation.presentedHash },
        $currentDate: { rotatedAt: true },
      },
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

/** True if the latest refresh token replaced this one within `withinMs`, by the database's clock. */
export async function hasJustReplaced(
  model: SessionModel,
  { family, hash, withinMs }: { family: string; hash: string; withinMs: number },
): Promise<boolean> {
  const isRecent = holdsNow({ $gte: ['$rotatedAt', inMs(-withinMs)] });
  return (await model.exists({ family, previousHash: hash, ...isRecent })) !== null;
}

/** Ends a session for good: its refresh token and its access tokens are invalid from now on. */
export async function revokeSession(model: SessionModel, family: string): Promise<void> {
  await model.updateOne({ family, revokedAt: { $exists: false } }, { $set: { revokedAt: new Date() } });
}

/** Replaces the refresh token of a session whose owner proved more than a token; false when the session has ended. */
export async function replaceRefreshHash(
  model: SessionModel,
  { family, refreshHash }: { family: string; refreshHash: string },
): Promise<boolean> {
  const session = await model
    .findOneAndUpdate(
      { family, ...isLive(new Date()) },
      [{ $set: { refreshHash: literal(refreshHash), previousHash: '$refreshHash', rotatedAt: NOW } }],
      { updatePipeline: true },
    )
    .lean<SessionRecord>();
  return session !== null;
}

/** Lists live sessions of a user, newest first. */
export async function listLiveSessions(
  model: SessionModel,
  { userId, ...page }: Omit<PageRequest, 'order'> & { userId: string },
): Promise<PageRows<Stored<SessionRecord>>> {
  const list = { index: ['userId'], where: { userId }, rest: isLive(new Date()) };
  type LeanSession = SessionRecord & { _id: Types.ObjectId };
  const { rows, ...searched } = await readPage<SessionRecord, LeanSession>(model, list, page);
  return { rows: rows.map(toStored), ...searched };
}

/** Ends every session of a user except `exceptFamily`. */
export async function revokeSessionsOf(
  model: SessionModel,
  { userId, exceptFamily }: { userId: string; exceptFamily?: string },
): Promise<void> {
  const others = exceptFamily === undefined ? {} : { family: { $ne: exceptFamily } };
  await model.updateMany(
    { userId, ...others, revokedAt: { $exists: false } },
    { $set: { revokedAt: new Date() } },
  );
}

export async function deleteSessionsOf(model: SessionModel, userId: string): Promise<void> {
  await model.deleteMany({ userId });
}

import { type Model, Types } from 'mongoose';

import { holdsNow, inMs, literal, NOW } from '../executions/db-time.ts';
import type { UserRecord } from '../schemas/user.ts';
import { type Stored, toStored } from './stored.ts';

type UserModel = Model<UserRecord>;
type LeanUser = UserRecord & { _id: Types.ObjectId };

/** Sets a new password, which invalidates every access token (`tokenVersion`) and any open reset token. */
const newPassword = (passwordHash: string) => [
  {
    $set: {
      passwordHash: literal(passwordHash),
      tokenVersion: { $add: ['$tokenVersion', 1] },
      updatedAt: NOW,
    },
  },
  { $unset: ['resetHash', 'resetExpiresAt'] },
];

const OPTIONS = { returnDocument: 'after', updatePipeline: true, timestamps: false } as const;

/** Replaces the password that the caller proved to know; undefined when it has changed since. */
export async function replacePassword(
  model: UserModel,
  { id, fromHash, toHash }: { id: string; fromHash: string; toHash: string },
): Promise<Stored<UserRecord> | undefined> {
  const user = await model
    .findOneAndUpdate(
      { _id: new Types.ObjectId(id), passwordHash: fromHash, isActive: true },
      newPassword(toHash),
      OPTIONS,
    )
    .lean<LeanUser>();
  return user ? toStored(user) : undefined;
}

/** Sets the password of an active user who proved to own the account in another way; false if there is none. */
export async function setPassword(
  model: UserModel,
  { id, passwordHash }: { id: string; passwordHash: string },
): Promise<boolean> {
  const filter = { _id: new Types.ObjectId(id), isActive: true };
  return (await model.findOneAndUpdate(filter, newPassword(passwordHash), OPTIONS).lean()) !== null;
}

/** Stores the hash of a reset token, in place of an earlier one. False when there is no such user. */
export async function storeResetHash(
  model: UserModel,
  { id, resetHash, lifeMs }: { id: string; resetHash: string; lifeMs: number },
): Promise<boolean> {
  const user = await model
    .findOneAndUpdate(
      { _id: new Types.ObjectId(id), deletedAt: { $exists: false } },
      [{ $set: { resetHash: literal(resetHash), resetExpiresAt: inMs(lifeMs), updatedAt: NOW } }],
      OPTIONS,
    )
    .lean<LeanUser>();
  return user !== null;
}

const isOpen = ({ id, resetHash }: { id: string; resetHash: string }) => ({
  _id: new Types.ObjectId(id),
  resetHash,
  isActive: true,
  ...holdsNow({ $gt: ['$resetExpiresAt', NOW] }),
});

/** True if the token could be consumed now; checked before the costly hash is computed. */
export async function isResetOpen(
  model: UserModel,
  reset: { id: string; resetHash: string },
): Promise<boolean> {
  return (await model.exists(isOpen(reset))) !== null;
}

/** Consumes a reset token by one compare-and-set, so of many concurrent requests a single one sets its password. */
export async function consumeReset(
  model: UserModel,
  { passwordHash, ...reset }: { id: string; resetHash: string; passwordHash: string },
): Promise<boolean> {
  const user = await model.findOneAndUpdate(isOpen(reset), newPassword(passwordHash), OPTIONS).lean();
  return user !== null;
}

import { type Model, Types } from 'mongoose';

import { isDuplicateKey } from '../connections/mongo-errors.ts';
import type { UserRecord } from '../schemas/user.ts';
import { type Stored, toStored } from './stored.ts';

type UserModel = Model<UserRecord>;
type LeanUser = UserRecord & { _id: Types.ObjectId };

export type UserUpdate =
  | { kind: 'updated'; user: Stored<UserRecord> }
  | { kind: 'taken'; field: 'email' | 'username' }
  | { kind: 'gone' };

/** Updates a user. Unique indexes decide races for a name. */
export async function updateUser(
  model: UserModel,
  id: string,
  changes: Partial<Pick<UserRecord, 'email' | 'username' | 'role' | 'isActive'>>,
): Promise<UserUpdate> {
  try {
    const user = await model
      .findOneAndUpdate(
        { _id: new Types.ObjectId(id), deletedAt: { $exists: false } },
        { $set: changes },
        { returnDocument: 'after' },
      )
      .lean<LeanUser>();
    return user ? { kind: 'updated', user: toStored(user) } : { kind: 'gone' };
  } catch (error) {
    const field = (['email', 'username'] as const).find((name) => isDuplicateKey(error, name));
    if (!field) throw error;
    return { kind: 'taken', field };
  }
}

/** Invalidates every access token of the user. */
export async function raiseTokenVersion(model: UserModel, id: string): Promise<void> {
  await model.updateOne({ _id: new Types.ObjectId(id) }, { $inc: { tokenVersion: 1 } });
}

/** Counts active admins, up to `limit`. */
export async function countActiveAdmins(model: UserModel, limit: number): Promise<number> {
  return model.countDocuments({ role: 'admin', isActive: true }, { limit });
}

export async function deleteUser(model: UserModel, id: string): Promise<void> {
  await model.deleteOne({ _id: new Types.ObjectId(id) });
}

/**
 * Anonymizes the first admin: the record keeps the place of the first admin taken forever, and its name and address
 * become free.
 */
export async function tombstoneUser(model: UserModel, id: string): Promise<void> {
  await model.updateOne(
    { _id: new Types.ObjectId(id) },
    {
      $set: {
        email: `deleted-${id}@deleted.invalid`,
        username: `deleted-${id}`,
        passwordHash: '',
        role: 'user',
        isActive: false,
        deletedAt: new Date(),
      },
      $unset: { lastLoginAt: 1, resetHash: 1, resetExpiresAt: 1 },
    },
  );
}

import { type Model, Types } from 'mongoose';

import { isDuplicateKey } from '../connections/mongo-errors.ts';
import type { UserRecord } from '../schemas/user.ts';
import { type Stored, toStored } from './stored.ts';

type UserModel = Model<UserRecord>;
type LeanUser = UserRecord & { _id: Types.ObjectId };

/** Unique fields; `bootstrap` is taken once an admin has ever existed. */
const UNIQUE_FIELDS = ['email', 'username', 'bootstrap'] as const;

export type UserInsertion =
  | { kind: 'inserted'; user: Stored<UserRecord> }
  | { kind: 'taken'; field: (typeof UNIQUE_FIELDS)[number] };

/** Inserts a new, active user. Unique indexes decide races. */
export async function insertUser(
  model: UserModel,
  user: Pick<UserRecord, 'email' | 'username' | 'passwordHash' | 'role' | 'bootstrap'>,
): Promise<UserInsertion> {
  try {
    const created = await model.create({ ...user, isActive: true, tokenVersion: 0 });
    return { kind: 'inserted', user: toStored(created.toObject<LeanUser>()) };
  } catch (error) {
    const field = UNIQUE_FIELDS.find((name) => isDuplicateKey(error, name));
    if (!field) throw error;
    return { kind: 'taken', field };
  }
}

/** Finds a user by e-mail address; `email` must be in lower case, as the `Email` schema makes it. */
export async function findUserByEmail(
  model: UserModel,
  email: string,
): Promise<Stored<UserRecord> | undefined> {
  const user = await model.findOne({ email }).lean<LeanUser>();
  return user ? toStored(user) : undefined;
}

export async function findUserById(model: UserModel, id: string): Promise<Stored<UserRecord> | undefined> {
  const user = await model.findById(new Types.ObjectId(id)).lean<LeanUser>();
  return user ? toStored(user) : undefined;
}

/** Records the time of a login; resolves to the updated user, or undefined when it is gone. */
export async function recordLogin(model: UserModel, id: string): Promise<Stored<UserRecord> | undefined> {
  const user = await model
    .findByIdAndUpdate(
      new Types.ObjectId(id),
      { $set: { lastLoginAt: new Date() } },
      { returnDocument: 'after' },
    )
    .lean<LeanUser>();
  return user ? toStored(user) : undefined;
}

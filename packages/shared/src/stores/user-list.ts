import { type Model, type QueryFilter, Types } from 'mongoose';

import { NOW } from '../executions/db-time.ts';
import type { Role } from '../schemas/primitives.ts';
import type { UserRecord } from '../schemas/user.ts';
import { afterPosition, type PagePosition } from './page.ts';
import { type Stored, toStored } from './stored.ts';

type UserModel = Model<UserRecord>;
type LeanUser = UserRecord & { _id: Types.ObjectId };

/** Filter for users; absent fields do not filter. */
export interface UserFilter {
  role?: Role | undefined;
  isActive?: boolean | undefined;
  /** Start of an e-mail address (in any case) or of a username. */
  q?: string | undefined;
}

/** Filter for a prefix. A range instead of a pattern: no character of the text is special, and an index serves it. */
const beginsWith = (text: string) => ({ $gte: text, $lt: `${text}\u{10FFFF}` });

const toQuery = ({ role, isActive, q }: UserFilter): QueryFilter<UserRecord> => ({
  deletedAt: { $exists: false },
  ...(role === undefined ? {} : { role }),
  ...(isActive === undefined ? {} : { isActive }),
  ...(q === undefined ? {} : { $or: [{ email: beginsWith(q.toLowerCase()) }, { username: beginsWith(q) }] }),
});

/** Lists users, newest first. */
export async function listUsers(
  model: UserModel,
  { filter, after, limit }: { filter: UserFilter; after?: PagePosition; limit: number },
): Promise<Stored<UserRecord>[]> {
  const position = after && { createdAt: after.createdAt, id: new Types.ObjectId(after.id) };
  // Both may have an `$or`, so neither may overwrite the other.
  const query: QueryFilter<UserRecord> = { $and: [toQuery(filter), afterPosition(position)] };
  const users = await model.find(query).sort({ createdAt: -1, _id: -1 }).limit(limit).lean<LeanUser[]>();
  return users.map(toStored);
}

export async function countUsers(model: UserModel, filter: UserFilter): Promise<number> {
  return model.countDocuments(toQuery(filter));
}

const DAY_MS = 86_400_000;
const WEEK_MS = 7 * DAY_MS;

/** Number of users of one role. */
export interface RoleCount {
  role: Role;
  total: number;
  active: number;
  newThisWeek: number;
  loggedInToday: number;
}

const countWhen = (condition: unknown) => ({ $sum: { $cond: [condition, 1, 0] } });
const isWithin = (field: string, ms: number) => ({
  $gt: [{ $ifNull: [field, new Date(0)] }, { $subtract: ['$now', ms] }],
});

/** Counts users by role, one row for each role in use. */
export async function countUsersByRole(model: UserModel): Promise<RoleCount[]> {
  return model.aggregate<RoleCount>([
    { $match: { deletedAt: { $exists: false } } },
    { $set: { now: NOW } },
    {
      $group: {
        _id: '$role',
        total: { $sum: 1 },
        active: countWhen('$isActive'),
        newThisWeek: countWhen(isWithin('$createdAt', WEEK_MS)),
        loggedInToday: countWhen(isWithin('$lastLoginAt', DAY_MS)),
      },
    },
    { $set: { role: '$_id' } },
    { $unset: '_id' },
  ]);
}

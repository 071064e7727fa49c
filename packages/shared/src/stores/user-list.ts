import type { Model, QueryFilter, Types } from 'mongoose';

import { NOW } from '../executions/db-time.ts';
import type { Role } from '../schemas/primitives.ts';
import type { UserRecord } from '../schemas/user.ts';
import { findByIndex } from './find-by-index.ts';
import type { PagePosition, PageRequest, PageRows } from './page.ts';
import { MAX_SEARCHED, readPage } from './read-page.ts';
import { type Stored, toStored } from './stored.ts';
import { isUpTo, type Place } from './stretch.ts';

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

const textQuery = (q: string) => ({
  $or: [{ email: beginsWith(q.toLowerCase()) }, { username: beginsWith(q) }],
});

const NOT_DELETED = { deletedAt: { $exists: false } };

const defined = (fields: object) =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));

const toQuery = ({ role, isActive, q }: UserFilter): QueryFilter<UserRecord> => ({
  ...NOT_DELETED,
  ...defined({ role, isActive }),
  ...(q === undefined ? {} : textQuery(q)),
});

/** Number of users that a prefix may find by each name; both together are as many rows as a page may search. */
const MAX_MATCHES = MAX_SEARCHED / 2;

/** Lists users, newest first. */
export async function listUsers(
  model: UserModel,
  { filter, ...page }: Omit<PageRequest, 'order'> & { filter: UserFilter },
): Promise<PageRows<Stored<UserRecord>>> {
  const { q, role, isActive } = filter;
  const matches = q === undefined ? undefined : await findByText(model, q);
  if (matches) return readMatches(model, matches, { filter, ...page });
  const others = { ...defined({ role, isActive }), ...(q === undefined ? {} : textQuery(q)) };
  const rest = Object.keys(others).length > 0 ? { rest: others } : {};
  const { rows, ...searched } = await readPage<UserRecord, LeanUser>(
    model,
    { index: [], where: NOT_DELETED, ...rest },
    page,
  );
  return { rows: rows.map(toStored), ...searched };
}

type Match = Pick<LeanUser, '_id' | 'createdAt' | 'role' | 'isActive' | 'deletedAt'>;

/** Finds the users of a prefix by the indexes of names; undefined if there are so many that a list of all finds them. */
async function findByText(model: UserModel, q: string): Promise<Match[] | undefined> {
  const search = (field: 'email' | 'username', text: string) =>
    findByIndex<UserRecord, Match>(model, {
      conditions: { [field]: beginsWith(text) },
      key: { [field]: 1 },
      sort: { [field]: 1 },
      fields: { createdAt: 1, role: 1, isActive: 1, deletedAt: 1 },
      limit: MAX_MATCHES + 1,
    });
  const found = await Promise.all([search('email', q.toLowerCase()), search('username', q)]);
  if (found.some((matches) => matches.length > MAX_MATCHES)) return undefined;
  return [...new Map(found.flat().map((match) => [match._id.toHexString(), match])).values()];
}

const placeOf = ({ _id, createdAt }: Match): Place => ({ time: createdAt, id: _id });
const toPosition = ({ _id, createdAt }: Match): PagePosition => ({ createdAt, id: _id.toHexString() });

/** Reads the page of those matches that come after a position. */
async function readMatches(
  model: UserModel,
  matches: Match[],
  { filter: { role, isActive }, after, limit }: PageRequest & { filter: UserFilter },
): Promise<PageRows<Stored<UserRecord>>> {
  const start = after && { time: after.createdAt, id: after.id };
  const isWanted = (match: Match): boolean =>
    !match.deletedAt &&
    (role === undefined || match.role === role) &&
    (isActive === undefined || match.isActive === isActive) &&
    (!start || !isUpTo(placeOf(match), start, 'newest-first'));
  const inOrder = (one: Match, other: Match) =>
    isUpTo(placeOf(one), placeOf(other), 'newest-first') ? -1 : 1;
  const wanted = matches.filter(isWanted).toSorted(inOrder).slice(0, limit);
  const ids = wanted.map(({ _id }) => _id);
  const users = await model.find({ _id: { $in: ids }, ...NOT_DELETED }).lean<LeanUser[]>();
  const byId = new Map(users.map((user) => [user._id.toHexString(), user]));
  const rows = ids.flatMap((id) => byId.get(id.toHexString()) ?? []).map(toStored);
  const last = wanted.at(-1);
  // Someone may have been deleted since, which must not look like the end of the list.
  return { rows, ...(last && wanted.length === limit ? { searchedTo: toPosition(last) } : {}) };
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

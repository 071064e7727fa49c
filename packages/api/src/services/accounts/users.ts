import {
  countUsers,
  countUsersByRole,
  errors,
  findUserById,
  listUsers,
  type Models,
  type PagePosition,
  Role,
  type Stored,
  type UserFilter,
  type UserRecord,
  type UserStats,
} from '@mcp-server/shared';

import { cutPage } from '../page.ts';
import type { Principal } from '../principal.ts';

interface UsersDeps {
  models: Models;
}

/** All accounts, newest first. */
export async function listAccounts(
  { models }: UsersDeps,
  query: UserFilter & { after?: PagePosition | undefined; limit: number; withTotal: boolean },
): Promise<{ items: Stored<UserRecord>[]; next?: PagePosition; total?: number }> {
  const { after, limit, withTotal, ...filter } = query;
  const [users, total] = await Promise.all([
    listUsers(models.UserModel, { filter, limit: limit + 1, after }),
    withTotal ? countUsers(models.UserModel, filter) : undefined,
  ]);
  return { ...cutPage(users, limit), ...(total === undefined ? {} : { total }) };
}

/** Finds an account: any for admins, otherwise the caller's own; others are not found. @throws {errors.NotFound} */
export async function findVisibleUser(
  { models }: UsersDeps,
  { userId, role }: Principal,
  id: string,
): Promise<Stored<UserRecord>> {
  const user = role === 'admin' || id === userId ? await findUserById(models.UserModel, id) : undefined;
  if (!user || user.deletedAt) throw new errors.NotFound('user');
  return user;
}

export async function countAccounts({ models }: UsersDeps): Promise<UserStats> {
  const counts = await countUsersByRole(models.UserModel);
  const sum = (field: 'total' | 'active' | 'newThisWeek' | 'loggedInToday') =>
    counts.reduce((so, count) => so + count[field], 0);
  const ofRole = (role: Role) => counts.find((count) => count.role === role)?.total ?? 0;
  return {
    total: sum('total'),
    active: sum('active'),
    byRole: { user: ofRole('user'), developer: ofRole('developer'), admin: ofRole('admin') },
    newThisWeek: sum('newThisWeek'),
    loggedInToday: sum('loggedInToday'),
  };
}

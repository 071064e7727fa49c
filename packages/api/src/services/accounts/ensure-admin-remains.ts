import {
  countActiveAdmins,
  errors,
  type Models,
  type Stored,
  updateUser,
  type UserRecord,
} from '@mcp-server/shared';

const isActiveAdmin = ({ role, isActive }: Pick<UserRecord, 'role' | 'isActive'>): boolean =>
  role === 'admin' && isActive;

/**
 * Makes a change after which `before` may be no active admin any more, and takes it back when nobody else is one.
 * Counting first is not enough: two admins who lower each other at the same time would both be the other's reason.
 * @throws {errors.LastAdmin}
 */
export async function ensureAdminRemains<T>(
  { models }: { models: Models },
  { before, after }: { before: Stored<UserRecord>; after: Pick<UserRecord, 'role' | 'isActive'> },
  change: () => Promise<T>,
): Promise<T> {
  const { UserModel } = models;
  if (!isActiveAdmin(before) || isActiveAdmin(after)) return change();
  if ((await countActiveAdmins(UserModel, 2)) < 2) throw new errors.LastAdmin();
  const result = await change();
  if ((await countActiveAdmins(UserModel, 1)) === 0) {
    await updateUser(UserModel, before.id, { role: before.role, isActive: before.isActive });
    throw new errors.LastAdmin();
  }
  return result;
}

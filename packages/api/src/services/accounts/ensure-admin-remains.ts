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
 * Applies a change that may take away the last active admin, and reverts it if it did. Counting first is not enough:
 * two admins demoting each other concurrently would each count the other.
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

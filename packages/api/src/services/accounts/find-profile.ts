import { errors, findUserById, type Models, type Stored, type UserRecord } from '@mcp-server/shared';

import type { Principal } from '../principal.ts';

/** Finds the caller's own account. @throws {errors.Unauthenticated} if it was just deleted */
export async function findOwnProfile(
  { models }: { models: Models },
  { userId }: Principal,
): Promise<Stored<UserRecord>> {
  const user = await findUserById(models.UserModel, userId);
  if (!user) throw new errors.Unauthenticated();
  return user;
}

import {
  errors,
  type Models,
  type Stored,
  updateUser,
  type UserChanges,
  type UserRecord,
} from '@mcp-server/shared';

import { type Principal, sessionOf } from '../principal.ts';
import type { AccountChanges } from './account-changes.ts';
import { ensureAdminRemains } from './ensure-admin-remains.ts';
import { endSessionsOf } from './sessions.ts';
import { findVisibleUser } from './users.ts';

/**
 * Updates an account. Users can change their own e-mail and username. Role and state require an admin with a session:
 * API keys never change rights.
 * @throws {errors.NotFound} {errors.Forbidden} {errors.SessionRequired} {errors.AccountExists} {errors.LastAdmin}
 */
export async function updateAccount(
  deps: { models: Models; accountChanges: AccountChanges },
  principal: Principal,
  id: string,
  changes: UserChanges,
): Promise<Stored<UserRecord>> {
  const before = await findVisibleUser(deps, principal, id);
  const touchesRights = changes.role !== undefined || changes.isActive !== undefined;
  if (touchesRights && sessionOf(principal).role !== 'admin') {
    throw new errors.Forbidden('only admins can change role and isActive');
  }
  const fields = Object.fromEntries(
    Object.entries(changes).filter(([, value]) => value !== undefined),
  ) as Partial<UserRecord>;
  const after = { role: changes.role ?? before.role, isActive: changes.isActive ?? before.isActive };
  const update = await ensureAdminRemains(deps, { before, after }, () =>
    updateUser(deps.models.UserModel, id, fields),
  );
  if (update.kind === 'gone') throw new errors.NotFound('user');
  if (update.kind === 'taken') throw new errors.AccountExists(update.field);
  // Old sessions must not work again when the account is enabled later.
  if (changes.isActive === false) await endSessionsOf(deps, id);
  await deps.accountChanges.announce(id);
  return update.user;
}

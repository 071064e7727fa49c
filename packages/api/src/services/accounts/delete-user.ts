import { setTimeout as delay } from 'node:timers/promises';

import {
  errors,
  findUserById,
  listUnfinishedIds,
  deleteApiKeysOf,
  deleteMailTokensOf,
  deleteSecretsOf,
  deleteSessionsOf,
  deleteTasksOf,
  deleteUser,
  tombstoneUser,
  updateUser,
} from '@mcp-server/shared';

import { type CancelDeps, cancelOwnExecution } from '../executions/cancel-execution.ts';
import type { Principal } from '../principal.ts';
import type { AccountChanges } from './account-changes.ts';
import { ensureAdminRemains } from './ensure-admin-remains.ts';
import { endSessionsOf } from './sessions.ts';
import { ACCOUNT_MAX_AGE_MS } from './user-states.ts';

const PAGE_SIZE = 100;

type DeleteDeps = CancelDeps & { accountChanges: AccountChanges };

/**
 * Deletes an account and everything it owns. Every step can be repeated: a crash in the middle leaves a disabled
 * account that can be deleted again. The first admin's record stays as an anonymous tombstone.
 * @throws {errors.NotFound} {errors.LastAdmin}
 */
export async function deleteAccount(deps: DeleteDeps, principal: Principal, id: string): Promise<void> {
  const { UserModel, SessionModel, ApiKeyModel, TaskModel, SecretModel, MailTokenModel } = deps.models;
  const user = await findUserById(UserModel, id);
  if (!user || user.deletedAt) throw new errors.NotFound('user');
  await ensureAdminRemains(deps, { before: user, after: { role: user.role, isActive: false } }, () =>
    updateUser(UserModel, id, { isActive: false }),
  );
  const disabledAt = performance.now();
  await endSessionsOf(deps, id);
  await deleteTasksOf(TaskModel, id);
  await cancelUnfinishedOf(deps, principal, id);
  // Other processes may accept work of this user until their cached user state expires.
  await delay(Math.max(0, ACCOUNT_MAX_AGE_MS - (performance.now() - disabledAt)));
  await deleteTasksOf(TaskModel, id);
  await cancelUnfinishedOf(deps, principal, id);
  await deleteApiKeysOf(ApiKeyModel, id);
  await deleteSecretsOf(SecretModel, id);
  await deleteMailTokensOf(MailTokenModel, id);
  await deleteSessionsOf(SessionModel, id);
  await (user.bootstrap ? tombstoneUser(UserModel, id) : deleteUser(UserModel, id));
}

/** Pages through the work, so that neither memory nor running executions limit it. */
async function cancelUnfinishedOf(deps: DeleteDeps, principal: Principal, ownerId: string): Promise<void> {
  for (let after: string | undefined; ;) {
    const ids = await listUnfinishedIds(deps.models.ExecutionModel, {
      ownerId,
      limit: PAGE_SIZE,
      ...(after === undefined ? {} : { after }),
    });
    for (const id of ids) await cancelOwnExecution(deps, principal, id);
    after = ids.at(-1);
    if (ids.length < PAGE_SIZE) return;
  }
}

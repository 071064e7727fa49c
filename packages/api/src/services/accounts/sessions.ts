import {
  errors,
  findLiveSession,
  listLiveSessions,
  type Models,
  type PagePosition,
  raiseTokenVersion,
  revokeSession,
  revokeSessionsOf,
  type SessionRecord,
  type Stored,
} from '@mcp-server/shared';

import { cutPage } from '../page.ts';
import type { SessionPrincipal } from '../principal.ts';
import type { AccountChanges } from './account-changes.ts';

interface SessionsDeps {
  models: Models;
  accountChanges: AccountChanges;
}

/** The caller's open sessions, newest first. */
export async function listOwnSessions(
  { models }: Pick<SessionsDeps, 'models'>,
  { userId }: SessionPrincipal,
  { after, limit }: { after?: PagePosition | undefined; limit: number },
): Promise<{ items: Stored<SessionRecord>[]; next?: PagePosition }> {
  return cutPage(await listLiveSessions(models.SessionModel, { userId, after, limit: limit + 1 }), limit);
}

/** Ends one of the caller's sessions. @throws {errors.NotFound} also for sessions of others */
export async function endOwnSession(
  { models, accountChanges }: SessionsDeps,
  { userId }: SessionPrincipal,
  family: string,
): Promise<void> {
  const session = await findLiveSession(models.SessionModel, family);
  if (session?.userId !== userId) throw new errors.NotFound('session');
  await revokeSession(models.SessionModel, family);
  await accountChanges.announce(userId);
}

/** Ends all sessions of a user, and what is open with them. */
export async function endSessionsOf({ models, accountChanges }: SessionsDeps, userId: string): Promise<void> {
  await raiseTokenVersion(models.UserModel, userId);
  await revokeSessionsOf(models.SessionModel, { userId });
  await accountChanges.announce(userId);
}

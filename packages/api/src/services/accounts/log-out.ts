import { type Models, revokeSession } from '@mcp-server/shared';

import type { SessionPrincipal } from '../principal.ts';
import type { AccountChanges } from './account-changes.ts';

/** Ends the caller's session. */
export async function logOut(
  deps: { models: Models; accountChanges: AccountChanges },
  { userId, sessionId }: SessionPrincipal,
): Promise<void> {
  await revokeSession(deps.models.SessionModel, sessionId);
  await deps.accountChanges.announce(userId);
}

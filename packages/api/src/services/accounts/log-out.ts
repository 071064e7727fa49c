import { type Models, revokeSession } from '@mcp-server/shared';

import type { SessionPrincipal } from '../principal.ts';
import type { UserStates } from './user-states.ts';

/** Ends the caller's session: the refresh token at once, access tokens within a second in all processes. */
export async function logOut(
  deps: { models: Models; userStates: UserStates },
  { userId, sessionId }: SessionPrincipal,
): Promise<void> {
  await revokeSession(deps.models.SessionModel, sessionId);
  deps.userStates.forget(userId, sessionId);
}

import { errors, type LoginInput, revokeSession } from '@mcp-server/shared';

import type { SessionPrincipal } from '../principal.ts';
import { logIn } from './log-in.ts';

/**
 * Logs an admin in for the dashboard. Other accounts get no session here, even with the right password.
 * @throws {errors.BadCredentials} {errors.Forbidden} {errors.TooManyRequests} {errors.Busy}
 */
export async function openDashboardSession(
  deps: Parameters<typeof logIn>[0],
  input: LoginInput,
  client: Parameters<typeof logIn>[2],
): Promise<SessionPrincipal> {
  const { user, family } = await logIn(deps, input, client);
  if (user.role === 'admin') return { userId: user.id, sessionId: family, role: user.role };
  await revokeSession(deps.models.SessionModel, family);
  throw new errors.Forbidden('only admins can open the dashboard');
}

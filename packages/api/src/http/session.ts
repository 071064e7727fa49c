import type { SignedIn } from '@mcp-server/shared';
import type { FastifyInstance } from 'fastify';

import type { OpenSession } from '../services/accounts/open-session.ts';
import { presentUser } from '../services/accounts/present-user.ts';
import { signAccessToken } from './access-token.ts';

/** Builds the response to register, login and refresh. */
export const presentSession = (
  app: Pick<FastifyInstance, 'deps' | 'jwt'>,
  session: OpenSession,
): SignedIn => ({
  user: presentUser(session.user),
  accessToken: signAccessToken(app, session, app.deps.config),
  refreshToken: session.refreshToken,
  expiresIn: app.deps.config.ACCESS_TOKEN_TTL_SECONDS,
});

import { randomUUID } from 'node:crypto';

import { insertSession, type Models, type Stored, type UserRecord } from '@mcp-server/shared';

import type { RefreshTokens } from './refresh-tokens.ts';

/** Origin of a session; shown to its owner. */
export interface Client {
  ip: string;
  userAgent?: string;
}

/** A user with an open session. The HTTP layer signs the access token. */
export interface OpenSession {
  user: Stored<UserRecord>;
  /** The session's id. */
  family: string;
  refreshToken: string;
}

export interface SessionDeps {
  models: Models;
  refreshTokens: RefreshTokens;
  config: { REFRESH_TOKEN_TTL_DAYS: number };
}

const DAY_MS = 86_400_000;
const MAX_USER_AGENT_LENGTH = 200;

/** Opens a session. Its end is fixed now; refreshing does not extend it. */
export async function openSession(
  { models, refreshTokens, config }: SessionDeps,
  user: Stored<UserRecord>,
  client: Client,
): Promise<OpenSession> {
  const family = randomUUID();
  const { token, hash } = refreshTokens.issue(family);
  await insertSession(models.SessionModel, {
    userId: user.id,
    family,
    refreshHash: hash,
    ip: client.ip,
    ...(client.userAgent === undefined
      ? {}
      : { userAgent: client.userAgent.slice(0, MAX_USER_AGENT_LENGTH) }),
    expiresAt: new Date(Date.now() + config.REFRESH_TOKEN_TTL_DAYS * DAY_MS),
  });
  return { user, family, refreshToken: token };
}

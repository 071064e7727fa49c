import { type ApiKey, type ApiKeyRecord, type Stored, unreadableOf } from '@mcp-server/shared';

/** A key as its owner sees it. */
export const presentApiKey = (key: Stored<ApiKeyRecord>): ApiKey => ({
  id: key.id,
  name: key.name,
  prefix: key.prefix,
  lastFour: key.lastFour,
  scopes: key.scopes,
  createdAt: key.createdAt.toISOString(),
  ...(key.expiresAt ? { expiresAt: key.expiresAt.toISOString() } : {}),
  ...(key.lastUsedAt ? { lastUsedAt: key.lastUsedAt.toISOString() } : {}),
  ...unreadableOf(key),
});

import {
  type ApiKeyInput,
  type ApiKeyRecord,
  countApiKeys,
  errors,
  insertApiKey,
  listApiKeys,
  type Models,
  type PagePosition,
  revokeApiKey,
  type Stored,
} from '@mcp-server/shared';

import { cutPage, type Page } from '../page.ts';
import type { SessionPrincipal } from '../principal.ts';
import type { AccountChanges } from './account-changes.ts';
import { generateApiKey, hashApiKey } from './api-key-text.ts';

const DAY_MS = 86_400_000;
/** Enough for every machine of one person. A soft bound: concurrent requests may exceed it by a few. */
export const MAX_KEYS = 100;
const SHOWN_TAIL = 4;

interface KeyDeps {
  models: Models;
  accountChanges: AccountChanges;
}

/**
 * Creates a key for the caller. The key exists only in this response: the database stores its digest.
 * @throws {errors.TooManyApiKeys}
 */
export async function createApiKey(
  { models }: Pick<KeyDeps, 'models'>,
  { userId }: SessionPrincipal,
  { name, scopes, expiresInDays }: ApiKeyInput,
): Promise<{ record: Stored<ApiKeyRecord>; key: string }> {
  const count = await countApiKeys(models.ApiKeyModel, userId);
  if (count >= MAX_KEYS) throw new errors.TooManyApiKeys(count);
  const { key, prefix } = generateApiKey();
  const record = await insertApiKey(models.ApiKeyModel, {
    userId,
    name,
    prefix,
    scopes,
    keyHash: hashApiKey(key).toString('hex'),
    lastFour: key.slice(-SHOWN_TAIL),
    ...(expiresInDays === undefined ? {} : { expiresAt: new Date(Date.now() + expiresInDays * DAY_MS) }),
  });
  return { record, key };
}

/** The caller's keys that are not revoked, newest first. */
export async function listOwnApiKeys(
  { models }: Pick<KeyDeps, 'models'>,
  { userId }: SessionPrincipal,
  { after, limit }: { after?: PagePosition | undefined; limit: number },
): Promise<Page<Stored<ApiKeyRecord>>> {
  return cutPage(await listApiKeys(models.ApiKeyModel, { userId, after, limit: limit + 1 }), limit);
}

/** Revokes a key of the caller. @throws {errors.NotFound} */
export async function revokeOwnApiKey(
  { models, accountChanges }: KeyDeps,
  { userId }: SessionPrincipal,
  id: string,
): Promise<void> {
  const revoked = await revokeApiKey(models.ApiKeyModel, { id, userId });
  if (!revoked) throw new errors.NotFound('API key');
  await accountChanges.announce(userId);
}

import { timingSafeEqual } from 'node:crypto';

import { type ApiKeySighting, FreshCache, lacks, type Stored, type UserRecord } from '@mcp-server/shared';

import type { KeyPrincipal } from '../principal.ts';
import { hashApiKey, readApiKeyPrefix } from './api-key-text.ts';
import { ACCOUNT_MAX_AGE_MS, ACCOUNT_MAX_ENTRIES } from './user-states.ts';

/** The owner sees a use within a minute; each process writes at most twice a minute per key. */
const TOUCH_AFTER_MS = 30_000;

export interface ApiKeyCheck {
  /** Caller behind a key; undefined if it is invalid, revoked or expired, or its owner is disabled or deleted. */
  check(key: string): Promise<KeyPrincipal | undefined>;
  /** True if the key of an authenticated caller is still valid. */
  isLive(principal: KeyPrincipal): Promise<boolean>;
  /** Makes the next check of every key read the database, in this process. */
  forgetAll(): void;
}

interface Sources {
  findKey: (prefix: string) => Promise<ApiKeySighting | undefined>;
  findUser: (id: string) => Promise<Stored<UserRecord> | undefined>;
  touch: (id: string) => Promise<void>;
}

interface KeyState {
  principal: KeyPrincipal;
  hash: Buffer;
  isTouchDue: boolean;
}

/** Compared with if the key is unknown, so that timing does not reveal which ids exist. */
const NO_HASH = Buffer.alloc(32);

export function buildApiKeyCheck({ findKey, findUser, touch }: Sources): ApiKeyCheck {
  const cache = new FreshCache<KeyState | undefined>({
    maxAgeMs: ACCOUNT_MAX_AGE_MS,
    maxEntries: ACCOUNT_MAX_ENTRIES,
  });

  const load = async (prefix: string): Promise<KeyState | undefined> => {
    const sighting = await findKey(prefix);
    // A key whose end cannot be read may have expired.
    if (!sighting || sighting.isExpired || lacks(sighting.key, 'expiresAt')) return undefined;
    const { key, unusedMs } = sighting;
    const owner = await findUser(key.userId);
    if (!owner?.isActive) return undefined;
    return {
      principal: { userId: owner.id, role: owner.role, keyId: key.id, keyPrefix: prefix, scopes: key.scopes },
      hash: Buffer.from(key.keyHash, 'hex'),
      isTouchDue: unusedMs === undefined || unusedMs > TOUCH_AFTER_MS,
    };
  };

  const read = (prefix: string) => cache.read(prefix, () => load(prefix));

  return {
    isLive: async ({ keyPrefix }) => (await read(keyPrefix)) !== undefined,
    async check(key) {
      const prefix = readApiKeyPrefix(key);
      if (prefix === undefined) return undefined;
      const state = await read(prefix);
      const isRight = timingSafeEqual(hashApiKey(key), state?.hash ?? NO_HASH);
      if (!state || !isRight) return undefined;
      if (state.isTouchDue) {
        // Before the write: requests of the next second share this state.
        state.isTouchDue = false;
        await touch(state.principal.keyId);
      }
      return state.principal;
    },
    forgetAll: () => cache.forget(() => true),
  };
}

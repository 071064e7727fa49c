import {
  FreshCache,
  lacks,
  type Role,
  type SessionRecord,
  type Stored,
  type UserRecord,
} from '@mcp-server/shared';

/** Maximum age of cached account data: a lowered role, a disabled account, a revoked key or a logout works within it. */
export const ACCOUNT_MAX_AGE_MS = 1_000;
export const ACCOUNT_MAX_ENTRIES = 10_000;

/** Part of a user that decides what a request may do. */
export interface UserState {
  role: Role;
  tokenVersion: number;
}

export interface UserStates {
  /** At most 1 s old. Undefined if the user is deleted or disabled, or the session has ended. */
  read(userId: string, family: string): Promise<UserState | undefined>;
  /** Makes the next read of each session of this user read the database, in this process. */
  forgetUser(userId: string): void;
}

interface Sources {
  findUser: (id: string) => Promise<Stored<UserRecord> | undefined>;
  findLiveSession: (family: string) => Promise<SessionRecord | undefined>;
}

export function buildUserStates({ findUser, findLiveSession }: Sources): UserStates {
  const cache = new FreshCache<UserState | undefined>({
    maxAgeMs: ACCOUNT_MAX_AGE_MS,
    maxEntries: ACCOUNT_MAX_ENTRIES,
  });

  const load = async (userId: string, family: string): Promise<UserState | undefined> => {
    const [user, session] = await Promise.all([findUser(userId), findLiveSession(family)]);
    // An unknown version could be any, also one that revoked this token.
    if (!user?.isActive || lacks(user, 'tokenVersion') || session?.userId !== userId) return undefined;
    return { role: user.role, tokenVersion: user.tokenVersion };
  };

  return {
    read: (userId, family) => cache.read(`${userId}:${family}`, () => load(userId, family)),
    forgetUser: (userId) => cache.forget((key) => key.startsWith(`${userId}:`)),
  };
}

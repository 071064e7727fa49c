import type { Role, SessionRecord, Stored, UserRecord } from '@mcp-server/shared';

/** How old the picture of a user may be: a lowered role, a disabled account or a logout works within this time. */
const MAX_AGE_MS = 1_000;
const MAX_ENTRIES = 10_000;

/** What a request may do depends on this. */
export interface UserState {
  role: Role;
  tokenVersion: number;
}

export interface UserStates {
  /** Undefined when the user is gone or disabled, or the session has ended. */
  read(userId: string, family: string): Promise<UserState | undefined>;
  /** Makes the next reading of this session a fresh one, in this process. */
  forget(userId: string, family: string): void;
}

interface Sources {
  findUser: (id: string) => Promise<Stored<UserRecord> | undefined>;
  findLiveSession: (family: string) => Promise<SessionRecord | undefined>;
}

/** A cache of readings, shared by requests that come at the same time. A failed reading is not kept. */
export function buildUserStates({ findUser, findLiveSession }: Sources): UserStates {
  const readings = new Map<string, { at: number; state: Promise<UserState | undefined> }>();

  const load = async (userId: string, family: string): Promise<UserState | undefined> => {
    const [user, session] = await Promise.all([findUser(userId), findLiveSession(family)]);
    if (!user?.isActive || session?.userId !== userId) return undefined;
    return { role: user.role, tokenVersion: user.tokenVersion };
  };

  return {
    read(userId, family) {
      const key = `${userId}:${family}`;
      const known = readings.get(key);
      const at = performance.now();
      if (known && at - known.at < MAX_AGE_MS) return known.state;
      readings.delete(key);
      if (readings.size >= MAX_ENTRIES) readings.delete(readings.keys().next().value ?? '');
      const state = load(userId, family);
      readings.set(key, { at, state });
      state.catch(() => {
        if (readings.get(key)?.state === state) readings.delete(key);
      });
      return state;
    },
    forget(userId, family) {
      readings.delete(`${userId}:${family}`);
    },
  };
}

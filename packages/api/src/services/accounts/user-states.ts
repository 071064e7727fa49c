import type { Role, SessionRecord, Stored, UserRecord } from '@mcp-server/shared';

import { buildReadings } from './readings.ts';

/** Part of a user that decides what a request may do. */
export interface UserState {
  role: Role;
  tokenVersion: number;
}

export interface UserStates {
  /** At most 1 s old. Undefined if the user is deleted or disabled, or the session has ended. */
  read(userId: string, family: string): Promise<UserState | undefined>;
  /** Makes the next read of this session read the database, in this process. */
  forget(userId: string, family: string): void;
  /** The same for all sessions of a user. */
  forgetUser(userId: string): void;
}

interface Sources {
  findUser: (id: string) => Promise<Stored<UserRecord> | undefined>;
  findLiveSession: (family: string) => Promise<SessionRecord | undefined>;
}

export function buildUserStates({ findUser, findLiveSession }: Sources): UserStates {
  const readings = buildReadings<UserState | undefined>();

  const load = async (userId: string, family: string): Promise<UserState | undefined> => {
    const [user, session] = await Promise.all([findUser(userId), findLiveSession(family)]);
    if (!user?.isActive || session?.userId !== userId) return undefined;
    return { role: user.role, tokenVersion: user.tokenVersion };
  };

  return {
    read: (userId, family) => readings.read(`${userId}:${family}`, () => load(userId, family)),
    forget: (userId, family) => readings.forget((key) => key === `${userId}:${family}`),
    forgetUser: (userId) => readings.forget((key) => key.startsWith(`${userId}:`)),
  };
}

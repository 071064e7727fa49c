import { type Stored, unreadableOf, type User, type UserRecord } from '@mcp-server/shared';

/** A user as the API shows it. */
export const presentUser = (user: Stored<UserRecord>): User => ({
  id: user.id,
  email: user.email,
  username: user.username,
  role: user.role,
  isActive: user.isActive,
  ...(user.lastLoginAt ? { lastLoginAt: user.lastLoginAt.toISOString() } : {}),
  createdAt: user.createdAt.toISOString(),
  ...unreadableOf(user),
});

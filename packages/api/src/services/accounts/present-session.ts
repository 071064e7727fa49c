import { type Session, type SessionRecord, unreadableOf } from '@mcp-server/shared';

/** A session as its owner sees it. */
export const presentSessionRecord = (session: SessionRecord, currentFamily: string): Session => ({
  id: session.family,
  isCurrent: session.family === currentFamily,
  ...(session.ip === undefined ? {} : { ip: session.ip }),
  ...(session.userAgent === undefined ? {} : { userAgent: session.userAgent }),
  createdAt: session.createdAt.toISOString(),
  ...(session.rotatedAt ? { refreshedAt: session.rotatedAt.toISOString() } : {}),
  expiresAt: session.expiresAt.toISOString(),
  ...unreadableOf(session),
});

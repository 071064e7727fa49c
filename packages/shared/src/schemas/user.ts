import { z } from 'zod';

import { ObjectIdText, Role, Unreadable } from './primitives.ts';
import { StoredTime } from './stored-value.ts';

/** bcrypt reads 72 bytes; a longer password would match on its first 72. */
const MAX_PASSWORD_BYTES = 72;

export const Email = z.email().max(254).toLowerCase();
export const Username = z
  .string()
  .regex(/^[A-Za-z0-9._-]{3,32}$/, 'must be 3 to 32 letters, digits, dots, dashes');
export const Password = z
  .string()
  .min(8)
  .refine(
    (text) => Buffer.byteLength(text) <= MAX_PASSWORD_BYTES,
    `must be at most ${MAX_PASSWORD_BYTES} bytes`,
  )
  // bcrypt repeats its key and ends it at a NUL, so several passwords would be one.
  .refine((text) => !/\p{Cc}/u.test(text), 'must not contain control characters');

/** A user as stored in `users`. */
export const UserRecord = z.object({
  email: Email,
  username: Username,
  passwordHash: z.string(),
  role: Role,
  isActive: z.boolean(),
  lastLoginAt: StoredTime.optional(),
  /** Raised to revoke every access token of the user at once. */
  tokenVersion: z.int(),
  /** Set on the first admin only; a unique partial index makes it the only one. */
  bootstrap: z.literal(true).optional(),
  /** SHA-256 of the one-time token that sets a new password; removed once it is used. */
  resetHash: z.string().optional(),
  resetExpiresAt: StoredTime.optional(),
  /** Set on a deleted first admin, whose record stays so that there is never a second first admin. */
  deletedAt: StoredTime.optional(),
  createdAt: StoredTime,
  updatedAt: StoredTime,
});
export type UserRecord = z.infer<typeof UserRecord>;

/** A user in API responses. */
export const User = z.object({
  id: ObjectIdText,
  email: z.string(),
  username: z.string(),
  role: Role,
  isActive: z.boolean(),
  lastLoginAt: z.iso.datetime().optional(),
  createdAt: z.iso.datetime(),
  unreadable: Unreadable,
});
export type User = z.infer<typeof User>;

/** A login and its chain of refresh tokens, as stored in `sessions`. */
export const SessionRecord = z.object({
  userId: ObjectIdText,
  /** Shared by all refresh tokens of one login; reuse of an old one ends the whole family. */
  family: z.uuid(),
  refreshHash: z.string(),
  /** Hash of the token that the newest one replaced at `rotatedAt`. */
  previousHash: z.string().optional(),
  userAgent: z.string().optional(),
  ip: z.string().optional(),
  expiresAt: StoredTime,
  rotatedAt: StoredTime.optional(),
  /** When the password was last given in this session, by the database's clock; older records lack it. */
  passwordAt: StoredTime.optional(),
  revokedAt: StoredTime.optional(),
  createdAt: StoredTime,
  updatedAt: StoredTime,
});
export type SessionRecord = z.infer<typeof SessionRecord>;

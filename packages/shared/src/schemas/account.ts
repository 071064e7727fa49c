import { z } from 'zod';

import { Role, Unreadable } from './primitives.ts';
import { Email, Password, Username } from './user.ts';

/** Longer texts cannot be a token or password of this server; they are refused before any work is done. */
const MAX_CREDENTIAL_LENGTH = 1_024;

export const PasswordChange = z.strictObject({
  currentPassword: z.string().min(1).max(MAX_CREDENTIAL_LENGTH),
  newPassword: Password,
});
export type PasswordChange = z.infer<typeof PasswordChange>;

/** Asks for a link for a new password. */
export const ResetRequest = z
  .strictObject({ email: Email })
  .meta({ examples: [{ email: 'admin@example.com' }] });
export type ResetRequest = z.infer<typeof ResetRequest>;

/** Uses a one-time token of an admin or of a mail. */
export const PasswordReset = z.strictObject({
  token: z.string().min(1).max(MAX_CREDENTIAL_LENGTH),
  password: Password,
});
export type PasswordReset = z.infer<typeof PasswordReset>;

/** The only response that contains `token`. */
export const ResetToken = z.object({ token: z.string(), expiresIn: z.int().describe('Seconds') });
export type ResetToken = z.infer<typeof ResetToken>;

/** Only admins can change `role` and `isActive`. */
export const UserChanges = z
  .strictObject({ email: Email, username: Username, role: Role, isActive: z.boolean() })
  .partial()
  .refine((changes) => Object.keys(changes).length > 0, 'must change something');
export type UserChanges = z.infer<typeof UserChanges>;

/** An open session, as shown to its owner. */
export const Session = z.object({
  id: z.uuid(),
  /** The session that made this request. */
  isCurrent: z.boolean(),
  ip: z.string().optional(),
  userAgent: z.string().optional(),
  createdAt: z.iso.datetime(),
  refreshedAt: z.iso.datetime().optional(),
  expiresAt: z.iso.datetime(),
  unreadable: Unreadable,
});
export type Session = z.infer<typeof Session>;

export const UserStats = z.object({
  total: z.int(),
  active: z.int(),
  byRole: z.record(Role, z.int()),
  /** Accounts created in the last 7 days. */
  newThisWeek: z.int(),
  /** Accounts whose last login was in the last 24 hours. */
  loggedInToday: z.int(),
});
export type UserStats = z.infer<typeof UserStats>;

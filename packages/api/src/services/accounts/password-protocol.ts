import type { StrengthQuery } from './password-strength.ts';

/** Work for the password process. `cost` is bcrypt's: each step doubles the work. */
export type PasswordWork =
  | ({ kind: 'hash'; cost: number } & StrengthQuery)
  /** Without a hash it takes as long as with one, and does not match. */
  | { kind: 'verify'; password: string; cost: number; hash?: string };

export type PasswordRequest = PasswordWork & { id: number };

export type PasswordResult =
  | { hash: string }
  /** The password is easy to guess. */
  | { reasons: string[] }
  | { isMatch: boolean }
  | { error: string };

export type PasswordReply = PasswordResult & { id: number };

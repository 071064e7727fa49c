/** Work for the password process. `cost` is bcrypt's: each step doubles the work. */
export type PasswordWork =
  | { kind: 'hash'; password: string; cost: number }
  /** Without a hash it takes as long as with one, and does not match. */
  | { kind: 'verify'; password: string; cost: number; hash?: string };

export type PasswordRequest = PasswordWork & { id: number };

export type PasswordResult = { hash: string } | { isWeak: true } | { isMatch: boolean } | { error: string };

export type PasswordReply = PasswordResult & { id: number };

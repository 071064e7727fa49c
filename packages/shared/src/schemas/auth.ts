import { z } from 'zod';

import { ObjectIdText, Role } from './primitives.ts';
import { Email, Password, User, Username } from './user.ts';

/** Longer texts cannot be one of our tokens or passwords and are refused before any work is done on them. */
const MAX_CREDENTIAL_LENGTH = 1_024;

/** What a person sends to make an account. A role above `user` needs a right: see "First admin" in the docs. */
export const RegisterInput = z.strictObject({
  email: Email,
  username: Username,
  password: Password,
  role: Role.default('user'),
});
export type RegisterInput = z.infer<typeof RegisterInput>;

/** The password is not held against today's rules: an old one must still log in, or fail as any wrong one. */
export const LoginInput = z.strictObject({
  email: Email,
  password: z.string().min(1).max(MAX_CREDENTIAL_LENGTH),
});
export type LoginInput = z.infer<typeof LoginInput>;

export const RefreshInput = z.strictObject({ refreshToken: z.string().min(1).max(MAX_CREDENTIAL_LENGTH) });
export type RefreshInput = z.infer<typeof RefreshInput>;

/** The answer to register, login and refresh. `expiresIn` is the access token's life in seconds. */
export const SignedIn = z.object({
  user: User,
  accessToken: z.string(),
  refreshToken: z.string(),
  expiresIn: z.int(),
});
export type SignedIn = z.infer<typeof SignedIn>;

export const TOKEN_ISSUER = 'mcp-server';

/** Claims of an access token. A token with other claims, or with more, is not one of ours. */
export const AccessClaims = z.strictObject({
  iss: z.literal(TOKEN_ISSUER),
  aud: z.tuple([z.literal('api'), z.literal('mcp')]),
  /** Tells access tokens from any other kind that might be signed with the same key one day. */
  typ: z.literal('access'),
  sub: ObjectIdText,
  /** The user's `tokenVersion` when the token was made; an older one is void. */
  tv: z.int().min(0),
  /** The session (`family`) that the token belongs to and ends with. */
  sid: z.uuid(),
  iat: z.int(),
  exp: z.int(),
});
export type AccessClaims = z.infer<typeof AccessClaims>;

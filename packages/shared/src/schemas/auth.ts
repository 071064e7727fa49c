import { z } from 'zod';

import { ObjectIdText, Role } from './primitives.ts';
import { Email, Password, User, Username } from './user.ts';

/** Longer texts cannot be a token or password of this server; they are refused before any work is done. */
const MAX_CREDENTIAL_LENGTH = 1_024;

/** Input of a registration. A role above `user` needs authorization: see "First admin" in the docs. */
export const RegisterInput = z
  .strictObject({
    email: Email,
    username: Username,
    password: Password,
    role: Role.default('user'),
  })
  .meta({
    examples: [
      { email: 'admin@example.com', username: 'admin', password: 'SecurePassword123!', role: 'admin' },
    ],
  });
export type RegisterInput = z.infer<typeof RegisterInput>;

/** The password is not checked against today's rules: an old one must still log in, or fail like any wrong one. */
export const LoginInput = z
  .strictObject({
    email: Email,
    password: z.string().min(1).max(MAX_CREDENTIAL_LENGTH),
  })
  .meta({ examples: [{ email: 'admin@example.com', password: 'SecurePassword123!' }] });
export type LoginInput = z.infer<typeof LoginInput>;

/** The password of the caller once more, for what needs it to be fresh. */
export const StepUpInput = z
  .strictObject({ password: z.string().min(1).max(MAX_CREDENTIAL_LENGTH) })
  .meta({ examples: [{ password: 'SecurePassword123!' }] });
export type StepUpInput = z.infer<typeof StepUpInput>;

export const RefreshInput = z.strictObject({ refreshToken: z.string().min(1).max(MAX_CREDENTIAL_LENGTH) });
export type RefreshInput = z.infer<typeof RefreshInput>;

/** Response to register, login and refresh. `expiresIn` is the lifetime of the access token in seconds. */
export const SignedIn = z.object({
  user: User,
  accessToken: z.string(),
  refreshToken: z.string(),
  expiresIn: z.int(),
});
export type SignedIn = z.infer<typeof SignedIn>;

export const TOKEN_ISSUER = 'mcp-server';

/** Claims of an access token. A token with missing or additional claims is not valid. */
export const AccessClaims = z.strictObject({
  iss: z.literal(TOKEN_ISSUER),
  aud: z.tuple([z.literal('api'), z.literal('mcp')]),
  /** Distinguishes access tokens from other kinds that may be signed with the same key. */
  typ: z.literal('access'),
  sub: ObjectIdText,
  /** The user's `tokenVersion` when the token was issued; an older version is void. */
  tv: z.int().min(0),
  /** Session (`family`) that the token belongs to and ends with. */
  sid: z.uuid(),
  iat: z.int(),
  exp: z.int(),
});
export type AccessClaims = z.infer<typeof AccessClaims>;

import { z } from 'zod';

import { AccessClaims, LoginInput } from './auth.ts';

/** Claims of the dashboard's cookie. It is valid for the dashboard only, where an access token is not. */
export const DashboardClaims = z.strictObject({
  ...AccessClaims.shape,
  aud: z.tuple([z.literal('dashboard')]),
  typ: z.literal('dashboard'),
});
export type DashboardClaims = z.infer<typeof DashboardClaims>;

/** Null with an admin's session in the header; otherwise e-mail and password. */
export const DashboardSessionInput = LoginInput.nullable();

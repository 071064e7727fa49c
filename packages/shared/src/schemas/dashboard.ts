import { z } from 'zod';

import { AccessClaims, LoginInput } from './auth.ts';

/** Claims of the dashboard's cookie. It opens nothing else, and an access token does not open the dashboard as one. */
export const DashboardClaims = z.strictObject({
  ...AccessClaims.shape,
  aud: z.tuple([z.literal('dashboard')]),
  typ: z.literal('dashboard'),
});
export type DashboardClaims = z.infer<typeof DashboardClaims>;

/** Nothing with an admin's session in the header, or what a login takes. */
export const DashboardSessionInput = LoginInput.nullable();

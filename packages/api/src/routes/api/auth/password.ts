import { PasswordChange, PasswordReset, SignedIn } from '@mcp-server/shared';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';

import { callerOf } from '../../../http/authenticate.ts';
import { problems } from '../../../http/responses.ts';
import { presentSession } from '../../../http/session.ts';
import { changeOwnPassword } from '../../../services/accounts/change-password.ts';
import { resetPassword } from '../../../services/accounts/reset-password.ts';
import { sessionOf } from '../../../services/principal.ts';

const TAGS = ['auth'];

const password: FastifyPluginAsyncZod = async (app) => {
  app.put(
    '/password',
    {
      config: { access: 'signed-in' },
      schema: {
        summary: 'Change your password',
        description:
          'Ends all other sessions and revokes all existing tokens; this session continues with the tokens in the response.',
        tags: TAGS,
        body: PasswordChange,
        response: { 200: SignedIn, ...problems(401, 403, 429) },
      },
    },
    async ({ principal, body, ip }) => {
      const caller = sessionOf(callerOf(principal));
      return presentSession(app, await changeOwnPassword(app.deps, caller, body, { ip }));
    },
  );

  app.post(
    '/reset-password',
    {
      config: { access: 'public' },
      schema: {
        summary: 'Set a new password with a one-time token',
        description:
          'An admin creates the token. It works once and expires after 10 minutes; using it ends all sessions of the account.',
        tags: TAGS,
        body: PasswordReset,
        response: { 204: z.undefined().describe('Password set'), ...problems(429) },
      },
    },
    async ({ body, ip }, reply) => {
      await resetPassword(app.deps, body, { ip });
      return reply.code(204).send();
    },
  );
};

export default password;

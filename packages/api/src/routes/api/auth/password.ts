import { PasswordChange, PasswordReset, ResetRequest, SignedIn } from '@mcp-server/shared';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';

import { callerOf } from '../../../http/authenticate.ts';
import { problems } from '../../../http/responses.ts';
import { presentSession } from '../../../http/session.ts';
import { changeOwnPassword } from '../../../services/accounts/change-password.ts';
import { requestReset } from '../../../services/accounts/request-reset.ts';
import { resetPassword } from '../../../services/accounts/reset-password.ts';
import { sessionOf } from '../../../services/principal.ts';

const TAGS = ['auth'];

const password: FastifyPluginAsyncZod = async (app) => {
  app.put(
    '/password',
    {
      config: { access: 'signed-in', scope: 'session', ownership: 'own' },
      schema: {
        summary: 'Change your password',
        description:
          'Ends all other sessions and revokes all existing tokens; this session continues with the tokens in the response.',
        tags: TAGS,
        body: PasswordChange,
        response: { 200: SignedIn, ...problems() },
      },
    },
    async ({ principal, body, ip }) => {
      const caller = sessionOf(callerOf(principal));
      return presentSession(app, await changeOwnPassword(app.deps, caller, body, { ip }));
    },
  );

  app.post(
    '/forgot-password',
    {
      config: { access: 'public', ownership: 'shared' },
      schema: {
        summary: 'Mail a link for a new password',
        description:
          'The response is the same whether the address belongs to an account or not. The link works once and expires after 10 minutes.',
        tags: TAGS,
        body: ResetRequest,
        response: { 202: z.undefined().describe('Accepted'), ...problems(501, 503) },
      },
    },
    async ({ body, ip }, reply) => {
      await requestReset(app.deps, body, { ip });
      return reply.code(202).send();
    },
  );

  app.post(
    '/reset-password',
    {
      config: { access: 'public', ownership: 'shared' },
      schema: {
        summary: 'Set a new password with a one-time token',
        description:
          'An admin or `POST /api/auth/forgot-password` creates the token. It works once and expires after 10 minutes; using it ends all sessions of the account.',
        tags: TAGS,
        body: PasswordReset,
        response: { 204: z.undefined().describe('Password set'), ...problems() },
      },
    },
    async ({ body, ip }, reply) => {
      await resetPassword(app.deps, body, { ip });
      return reply.code(204).send();
    },
  );
};

export default password;

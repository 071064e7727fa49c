import { ObjectIdText, ResetToken } from '@mcp-server/shared';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';

import { callerOf } from '../../../http/authenticate.ts';
import { NoBody, problems } from '../../../http/responses.ts';
import { deleteAccount } from '../../../services/accounts/delete-user.ts';
import { createResetToken } from '../../../services/accounts/reset-password.ts';

const TAGS = ['users'];
const Params = z.object({ id: ObjectIdText });

const administer: FastifyPluginAsyncZod = async (app) => {
  app.delete(
    '/:id',
    {
      config: { access: 'admin', scope: 'users:write', ownership: 'shared' },
      schema: {
        summary: 'Delete an account',
        description:
          'Deletes its tasks, sessions and API keys too. Its unfinished executions are cancelled first.',
        tags: TAGS,
        params: Params,
        response: { 204: z.undefined().describe('Deleted'), ...problems(404, 409) },
      },
    },
    async ({ principal, params }, reply) => {
      await deleteAccount(app.deps, callerOf(principal), params.id);
      return reply.code(204).send();
    },
  );

  app.post(
    '/:id/reset-password',
    {
      // No scope: resetting passwords gives access to any account, so it requires a person.
      config: { access: 'admin', scope: 'session', ownership: 'shared' },
      schema: {
        summary: 'Create a one-time password reset token',
        description:
          'The token is shown only in this response; pass it to the user as a link. It works once and expires after ' +
          '10 minutes.',
        tags: TAGS,
        params: Params,
        body: NoBody,
        response: { 201: ResetToken, ...problems(404) },
      },
    },
    async ({ params }, reply) => {
      const reset = await createResetToken(app.deps, params.id);
      return reply.code(201).header('cache-control', 'no-store').send(reset);
    },
  );
};

export default administer;

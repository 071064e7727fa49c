import { ApiKeyInput, CreatedApiKey, ObjectIdText } from '@mcp-server/shared';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';

import { callerOf } from '../../../http/authenticate.ts';
import { problems } from '../../../http/responses.ts';
import { createApiKey, revokeOwnApiKey } from '../../../services/accounts/api-keys.ts';
import { presentApiKey } from '../../../services/accounts/present-api-key.ts';
import { sessionOf } from '../../../services/principal.ts';

const TAGS = ['auth'];

const apiKeys: FastifyPluginAsyncZod = async (app) => {
  app.post(
    '/api-key/generate',
    {
      config: { access: 'signed-in', scope: 'session', ownership: 'own' },
      schema: {
        summary: 'Create an API key',
        description:
          'The key is shown only in this response. It is limited to its scopes and to the rights of its owner. Without a ' +
          'body it is named "default" and has the scopes `tasks:read`, `tasks:write`, `execute` and `mcp`.',
        tags: TAGS,
        body: ApiKeyInput.nullable(),
        response: { 201: CreatedApiKey, ...problems(409) },
      },
    },
    async ({ principal, body }, reply) => {
      const { record, key } = await createApiKey(
        app.deps,
        sessionOf(callerOf(principal)),
        body ?? ApiKeyInput.parse({}),
      );
      return reply
        .code(201)
        .header('cache-control', 'no-store')
        .send({ ...presentApiKey(record), key });
    },
  );

  app.delete(
    '/api-keys/:id',
    {
      config: { access: 'signed-in', scope: 'session', ownership: 'own' },
      schema: {
        summary: 'Revoke an API key',
        tags: TAGS,
        params: z.object({ id: ObjectIdText }),
        response: { 204: z.undefined().describe('Revoked'), ...problems(404) },
      },
    },
    async ({ principal, params }, reply) => {
      await revokeOwnApiKey(app.deps, sessionOf(callerOf(principal)), params.id);
      return reply.code(204).send();
    },
  );
};

export default apiKeys;

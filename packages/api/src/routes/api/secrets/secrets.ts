import { Secret, SecretInput, SecretName, SecretScope } from '@mcp-server/shared';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';

import { callerOf } from '../../../http/authenticate.ts';
import { problems } from '../../../http/responses.ts';
import { presentSecret } from '../../../services/secrets/present-secret.ts';
import { listSecrets, putSecret, removeSecret } from '../../../services/secrets/secrets.ts';

const TAGS = ['secrets'];
const Params = z.object({ name: SecretName });

const secrets: FastifyPluginAsyncZod = async (app) => {
  app.get(
    '',
    {
      config: { access: 'signed-in', scope: 'session', ownership: 'own' },
      schema: {
        summary: 'List your secrets and the global ones',
        description: 'Names, hosts and plugins; a value is never shown.',
        tags: TAGS,
        response: { 200: z.object({ items: z.array(Secret) }), ...problems(501) },
      },
    },
    async ({ principal }) => ({
      items: (await listSecrets(app.deps, callerOf(principal))).map(presentSecret),
    }),
  );

  app.put(
    '/:name',
    {
      config: { access: 'signed-in', scope: 'session', ownership: 'own', stepUp: true },
      schema: {
        summary: 'Create or replace a secret',
        description:
          'Executions of its owner read it by name, in the plugins that it grants. A global one is for every user and takes an ' +
          'admin. `http.request` sends it only to the hosts that it names.',
        tags: TAGS,
        params: Params,
        body: SecretInput,
        response: { 200: Secret, ...problems(409, 501) },
      },
    },
    async ({ principal, ip, params: { name }, body }) => {
      const caller = { principal: callerOf(principal), ip };
      return presentSecret(await putSecret(app.deps, caller, { name, input: body }));
    },
  );

  app.delete(
    '/:name',
    {
      config: { access: 'signed-in', scope: 'session', ownership: 'own', stepUp: true },
      schema: {
        summary: 'Delete a secret',
        tags: TAGS,
        params: Params,
        querystring: z.strictObject({ scope: SecretScope.default('own') }),
        response: { 204: z.undefined().describe('Deleted'), ...problems(404, 501) },
      },
    },
    async ({ principal, ip, params: { name }, query: { scope } }, reply) => {
      await removeSecret(app.deps, { principal: callerOf(principal), ip }, { name, scope });
      return reply.code(204).send();
    },
  );
};

export default secrets;

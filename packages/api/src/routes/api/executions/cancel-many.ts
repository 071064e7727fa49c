import { BulkCancel, BulkCancelInput } from '@mcp-server/shared';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';

import { callerOf } from '../../../http/authenticate.ts';
import { problems } from '../../../http/responses.ts';
import { cancelByFilter } from '../../../services/executions/cancel-executions.ts';

const cancelMany: FastifyPluginAsyncZod = async (app) => {
  app.post(
    '/cancel',
    {
      config: { access: 'signed-in', scope: 'execute', ownership: 'own-or-admin' },
      schema: {
        summary: 'Cancel the executions that match a filter',
        description:
          'Waiting executions never run (again) once this returns; running ones are stopped within 2 s. At most 10,000 ' +
          'per request; safe to repeat.',
        tags: ['executions'],
        body: BulkCancelInput,
        response: { 200: BulkCancel, ...problems() },
      },
    },
    async ({ ip, principal, body }) => cancelByFilter(app.deps, { principal: callerOf(principal), ip }, body),
  );
};

export default cancelMany;

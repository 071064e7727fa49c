import { BulkCancel, BulkCancelInput } from '@mcp-server/shared';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';

import { callerOf } from '../../../http/authenticate.ts';
import { problems } from '../../../http/responses.ts';
import { cancelByFilter } from '../../../services/executions/cancel-executions.ts';

const cancelMany: FastifyPluginAsyncZod = async (app) => {
  app.post(
    '/cancel',
    {
      config: { access: 'signed-in', scope: 'execute' },
      schema: {
        summary: 'Cancel many executions at once',
        description:
          'What waits never runs (again) from the answer on; what runs is stopped within 2 s. Up to 10,000 in one request; ' +
          'it is safe to repeat.',
        tags: ['executions'],
        body: BulkCancelInput,
        response: { 200: BulkCancel, ...problems(401, 403) },
      },
    },
    async ({ ip, principal, body }) => cancelByFilter(app.deps, { principal: callerOf(principal), ip }, body),
  );
};

export default cancelMany;

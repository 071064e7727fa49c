import { Explanation } from '@mcp-server/shared';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';

import { callerOf } from '../../../http/authenticate.ts';
import { problems } from '../../../http/responses.ts';
import { explainOwnExecution } from '../../../services/executions/explain/explain-execution.ts';

const explain: FastifyPluginAsyncZod = async (app) => {
  app.get(
    '/:id/explain',
    {
      config: { access: 'signed-in', scope: 'tasks:read', ownership: 'own-or-admin' },
      schema: {
        summary: 'Explain why an execution is not running or not finished',
        description:
          'Reasons as stable codes and as text, the timeline so far, and the usual times of its action.',
        tags: ['executions'],
        params: z.object({ id: z.uuid() }),
        response: { 200: Explanation, ...problems(404) },
      },
    },
    async ({ principal, params }) => explainOwnExecution(app.deps, callerOf(principal), params.id),
  );
};

export default explain;

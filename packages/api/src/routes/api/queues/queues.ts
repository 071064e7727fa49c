import { QueueView } from '@mcp-server/shared';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';

import { problems } from '../../../http/responses.ts';

const queues: FastifyPluginAsyncZod = async (app) => {
  app.get(
    '',
    {
      config: { access: 'developer', scope: 'fleet:read', ownership: 'shared' },
      schema: {
        summary: 'List pools with their backlog and workers',
        description:
          'Depth, age and rates are counted from the executions in the database: accepted executions by acceptance ' +
          'time, ended ones by end time.',
        tags: ['fleet'],
        response: { 200: z.object({ items: z.array(QueueView) }), ...problems() },
      },
    },
    async () => ({ items: await app.deps.poolFacts.list() }),
  );
};

export default queues;

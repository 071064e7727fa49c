import { WorkerView } from '@mcp-server/shared';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';

import { problems } from '../../../http/responses.ts';
import { listWorkers } from '../../../services/fleet/list-workers.ts';

const workers: FastifyPluginAsyncZod = async (app) => {
  app.get(
    '',
    {
      config: { access: 'developer', scope: 'fleet:read', ownership: 'shared' },
      schema: {
        summary: 'List the workers of the fleet',
        tags: ['fleet'],
        response: { 200: z.object({ items: z.array(WorkerView) }), ...problems() },
      },
    },
    async () => ({ items: await listWorkers(app.deps) }),
  );
};

export default workers;

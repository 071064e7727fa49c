import { RegistryHit } from '@mcp-server/shared';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';

import { problems } from '../../../http/responses.ts';
import { searchRegistry } from '../../../services/marketplace/find-packages.ts';

const Query = z.strictObject({
  q: z.string().trim().max(200).default('').describe('Text to search for; without it, plugins of any kind'),
  limit: z.coerce.number().int().min(1).max(100).default(20),
});

const search: FastifyPluginAsyncZod = async (app) => {
  app.get(
    '',
    {
      config: { access: 'developer', scope: 'fleet:read', ownership: 'shared' },
      schema: {
        summary: 'Search the registry for plugins',
        description: 'Packages with the keyword `mcp-server-plugin`, in the order of the registry.',
        tags: ['marketplace'],
        querystring: Query,
        response: { 200: z.object({ items: z.array(RegistryHit) }), ...problems(409) },
      },
    },
    async ({ query }) => ({ items: await searchRegistry(app.deps, query) }),
  );
};

export default search;

import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';

import { problems } from '../../../http/responses.ts';
import { PluginView, presentPlugin } from '../../../services/present-plugin.ts';

const plugins: FastifyPluginAsyncZod = async (app) => {
  app.get(
    '',
    {
      config: { access: 'signed-in', scope: 'any' },
      schema: {
        summary: 'List what the fleet can run',
        tags: ['plugins'],
        response: { 200: z.object({ items: z.array(PluginView) }), ...problems(401) },
      },
    },
    async () => ({ items: (await app.deps.catalogue.list()).map(presentPlugin) }),
  );
};

export default plugins;

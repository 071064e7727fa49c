import { Slug } from '@mcp-server/shared';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';

import { problems } from '../../../http/responses.ts';
import { findPlugin } from '../../../services/fleet/find-plugin.ts';
import { PluginView, presentPlugin } from '../../../services/fleet/present-plugin.ts';

const TAGS = ['plugins'];

const plugins: FastifyPluginAsyncZod = async (app) => {
  app.get(
    '',
    {
      config: { access: 'signed-in', scope: 'any', ownership: 'shared' },
      schema: {
        summary: 'List plugins',
        tags: TAGS,
        response: { 200: z.object({ items: z.array(PluginView) }), ...problems() },
      },
    },
    async () => ({ items: (await app.deps.catalogue.list()).map(presentPlugin) }),
  );

  app.get(
    '/:id',
    {
      config: { access: 'signed-in', scope: 'any', ownership: 'shared' },
      schema: {
        summary: 'Get a plugin and its actions',
        tags: TAGS,
        params: z.object({ id: Slug }),
        response: { 200: PluginView, ...problems(404) },
      },
    },
    async ({ params }) => presentPlugin(await findPlugin(app.deps, params.id)),
  );
};

export default plugins;

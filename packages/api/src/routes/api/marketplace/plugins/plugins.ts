import { MarketplacePackageView, PackageName } from '@mcp-server/shared';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';

import { problems } from '../../../../http/responses.ts';
import { findInstalled, listInstalled } from '../../../../services/marketplace/find-packages.ts';

const Params = z.object({ id: PackageName.describe('Name of the package, URL-encoded') });
const TAGS = ['marketplace'];
const READ = { access: 'developer', scope: 'fleet:read', ownership: 'shared' } as const;

const plugins: FastifyPluginAsyncZod = async (app) => {
  app.get(
    '',
    {
      config: READ,
      schema: {
        summary: 'List installed packages',
        tags: TAGS,
        response: { 200: z.object({ items: z.array(MarketplacePackageView) }), ...problems() },
      },
    },
    async () => ({ items: await listInstalled(app.deps) }),
  );

  app.get(
    '/:id',
    {
      config: READ,
      schema: {
        summary: 'Get an installed package and its state on each worker',
        tags: TAGS,
        params: Params,
        response: { 200: MarketplacePackageView, ...problems(404) },
      },
    },
    async ({ params: { id } }) => findInstalled(app.deps, id),
  );
};

export default plugins;

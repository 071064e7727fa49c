import { MarketplacePackageView, PackageName } from '@mcp-server/shared';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';

import { callerOf } from '../../../../http/authenticate.ts';
import { NoBody, problems } from '../../../../http/responses.ts';
import { pinPackage } from '../../../../services/marketplace/change-package.ts';
import { findInstalled } from '../../../../services/marketplace/find-packages.ts';

const Params = z.object({ id: PackageName.describe('Name of the package, URL-encoded') });
const TAGS = ['marketplace'];
const WRITE = { access: 'admin', scope: 'session', ownership: 'shared', stepUp: true } as const;

const pins: FastifyPluginAsyncZod = async (app) => {
  for (const [path, isPinned, summary] of [
    ['pin', true, 'Refuse upgrades of a package'],
    ['unpin', false, 'Allow upgrades of a package again'],
  ] as const)
    app.post(
      `/:id/${path}`,
      {
        config: WRITE,
        schema: {
          summary,
          tags: TAGS,
          params: Params,
          body: NoBody,
          response: { 200: MarketplacePackageView, ...problems(404) },
        },
      },
      async ({ principal, ip, params: { id: name } }) => {
        await pinPackage(app.deps, { principal: callerOf(principal), ip }, { name, isPinned });
        return findInstalled(app.deps, name);
      },
    );
};

export default pins;

import { MarketplacePackageView, PackageName, PackageVersion } from '@mcp-server/shared';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';

import { callerOf } from '../../../../http/authenticate.ts';
import { problems } from '../../../../http/responses.ts';
import { installPackage, removePackage } from '../../../../services/marketplace/change-package.ts';
import { findInstalled } from '../../../../services/marketplace/find-packages.ts';

const Params = z.object({ id: PackageName.describe('Name of the package, URL-encoded') });
const TAGS = ['marketplace'];
const WRITE = { access: 'admin', scope: 'session', ownership: 'shared', stepUp: true } as const;

const installs: FastifyPluginAsyncZod = async (app) => {
  app.post(
    '',
    {
      config: WRITE,
      schema: {
        summary: 'Install a package',
        description: 'Responds when the wish is stored; workers install it in the background.',
        tags: TAGS,
        body: z.strictObject({ package: PackageName, version: PackageVersion.default('latest') }),
        response: { 202: MarketplacePackageView, ...problems(404, 409, 422) },
      },
    },
    async ({ principal, ip, body: { package: name, version } }, reply) => {
      const caller = { principal: callerOf(principal), ip };
      await installPackage(app.deps, caller, { name, version });
      return reply.code(202).send(await findInstalled(app.deps, name));
    },
  );

  app.delete(
    '/:id',
    {
      config: WRITE,
      schema: {
        summary: 'Remove a package',
        description:
          'Workers stop offering its actions and delete its files; it is shown as removed for a day.',
        tags: TAGS,
        params: Params,
        response: { 202: MarketplacePackageView, ...problems(404) },
      },
    },
    async ({ principal, ip, params: { id } }, reply) => {
      await removePackage(app.deps, { principal: callerOf(principal), ip }, id);
      return reply.code(202).send(await findInstalled(app.deps, id));
    },
  );
};

export default installs;

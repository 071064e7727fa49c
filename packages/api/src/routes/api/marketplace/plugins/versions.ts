import { MarketplacePackageView, PackageName, PackageVersion } from '@mcp-server/shared';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';

import { callerOf } from '../../../../http/authenticate.ts';
import { NoBody, problems } from '../../../../http/responses.ts';
import { rollBackPackage, upgradePackage } from '../../../../services/marketplace/change-package.ts';
import { findInstalled } from '../../../../services/marketplace/find-packages.ts';

const Params = z.object({ id: PackageName.describe('Name of the package, URL-encoded') });
const TAGS = ['marketplace'];
const WRITE = { access: 'admin', scope: 'session', ownership: 'shared', stepUp: true } as const;

const versions: FastifyPluginAsyncZod = async (app) => {
  app.post(
    '/:id/upgrade',
    {
      config: WRITE,
      schema: {
        summary: 'Change the version of a package',
        description:
          'The old version goes on running on each worker until the new one is ready there, and stays if it cannot be used.',
        tags: TAGS,
        params: Params,
        body: z.strictObject({ version: PackageVersion.default('latest') }).nullable(),
        response: { 202: MarketplacePackageView, ...problems(404, 409, 422) },
      },
    },
    async ({ principal, ip, params: { id: name }, body }, reply) => {
      const caller = { principal: callerOf(principal), ip };
      await upgradePackage(app.deps, caller, { name, version: body?.version ?? 'latest' });
      return reply.code(202).send(await findInstalled(app.deps, name));
    },
  );

  app.post(
    '/:id/rollback',
    {
      config: WRITE,
      schema: {
        summary: 'Return to the version before',
        description: 'Its lockfile is stored, so all dependencies are what they were.',
        tags: TAGS,
        params: Params,
        body: NoBody,
        response: { 202: MarketplacePackageView, ...problems(404, 409) },
      },
    },
    async ({ principal, ip, params: { id } }, reply) => {
      await rollBackPackage(app.deps, { principal: callerOf(principal), ip }, id);
      return reply.code(202).send(await findInstalled(app.deps, id));
    },
  );
};

export default versions;

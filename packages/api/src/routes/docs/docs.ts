import swaggerUi from '@fastify/swagger-ui';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';

import { allowPages } from '../../http/page-policy.ts';

const docs: FastifyPluginAsyncZod = async (app) => {
  app.libraryAccess = 'public';
  allowPages(app);
  app.get('', { schema: { hide: true } }, async (_request, reply) => reply.redirect('/docs/'));
  await app.register(swaggerUi, {
    routePrefix: '/',
    uiConfig: { deepLinking: true, persistAuthorization: false },
    theme: { title: 'MCP server API' },
  });
};

export default docs;

import cookie from '@fastify/cookie';
import { errors } from '@mcp-server/shared';
import type { FastifyError } from 'fastify';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';

import { requireDashboard } from '../../../http/dashboard-cookie.ts';
import { requireOwnOrigin } from '../../../http/origin.ts';
import { allowPages } from '../../../http/page-policy.ts';

const READS = new Set(['GET', 'HEAD']);

const board: FastifyPluginAsyncZod = async (app) => {
  // Bull Board's routes cannot declare their access: the hook below checks it.
  app.libraryAccess = 'public';
  await app.register(cookie);
  allowPages(app);
  app.addHook('onRequest', async (request, reply) => {
    const isRead = READS.has(request.method);
    const wantsPage = isRead && request.headers.accept?.includes('text/html');
    try {
      if (!isRead) requireOwnOrigin(request, { PUBLIC_URL: app.deps.config.PUBLIC_URL });
      await requireDashboard(app, request);
      if (!isRead && app.deps.config.DASHBOARD_WRITE !== '1')
        throw new errors.Forbidden('the dashboard is read-only; DASHBOARD_WRITE=1 allows changes');
    } catch (error) {
      if (wantsPage && error instanceof errors.Unauthenticated) return reply.redirect('/admin/login');
      // Handled here, because Bull Board handles errors inside its own routes.
      app.errorHandler(error as FastifyError, request, reply);
      // Otherwise the route would continue while the response is still being sent, and change its status.
      return reply;
    }
    await app.deps.board.refresh();
  });
  await app.register(app.deps.board.pages);
};

export default board;

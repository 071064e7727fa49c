import cookie from '@fastify/cookie';
import { DashboardSessionInput } from '@mcp-server/shared';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';

import { authenticate } from '../../../http/authenticate.ts';
import { setDashboardCookie } from '../../../http/dashboard-cookie.ts';
import { requireOwnOrigin } from '../../../http/origin.ts';
import { problems } from '../../../http/responses.ts';
import { openDashboardSession } from '../../../services/accounts/open-dashboard-session.ts';
import { sessionOf } from '../../../services/principal.ts';

const dashboardSession: FastifyPluginAsyncZod = async (app) => {
  await app.register(cookie);
  app.post(
    '/dashboard-session',
    {
      // Either a session in the header or credentials in the body.
      config: { access: 'public', ownership: 'shared' },
      onRequest: async (request) => requireOwnOrigin(request, { PUBLIC_URL: app.deps.config.PUBLIC_URL }),
      schema: {
        summary: 'Open the dashboard at /admin/queues for a browser',
        description:
          'Takes an admin session in the `Authorization` header, or e-mail and password. Sets a cookie for `/admin`.',
        tags: ['auth'],
        body: DashboardSessionInput,
        response: { 204: z.undefined().describe('Cookie set'), ...problems(401) },
      },
    },
    async (request, reply) => {
      const { body, ip, headers } = request;
      const session = body
        ? await openDashboardSession(app.deps, body, { ip, userAgent: headers['user-agent'] })
        : sessionOf(await authenticate(app, request));
      await setDashboardCookie(app, session, request, reply);
      return reply.code(204).send();
    },
  );
};

export default dashboardSession;

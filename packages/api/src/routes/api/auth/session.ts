import { LoginInput, RefreshInput, SignedIn } from '@mcp-server/shared';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';

import { callerOf } from '../../../http/authenticate.ts';
import { NoBody, problems } from '../../../http/responses.ts';
import { presentSession } from '../../../http/session.ts';
import { logIn } from '../../../services/accounts/log-in.ts';
import { logOut } from '../../../services/accounts/log-out.ts';
import { rotateSession } from '../../../services/accounts/rotate-session.ts';
import { sessionOf } from '../../../services/principal.ts';

const TAGS = ['auth'];

const session: FastifyPluginAsyncZod = async (app) => {
  app.post(
    '/login',
    {
      config: { access: 'public', ownership: 'shared' },
      schema: {
        summary: 'Log in with e-mail and password',
        tags: TAGS,
        body: LoginInput,
        response: { 200: SignedIn, ...problems(401) },
      },
    },
    async ({ body, ip, headers }) => {
      const opened = await logIn(app.deps, body, { ip, userAgent: headers['user-agent'] });
      return presentSession(app, opened);
    },
  );

  app.post(
    '/refresh',
    {
      config: { access: 'public', ownership: 'shared' },
      schema: {
        summary: 'Exchange the latest refresh token for new tokens',
        description: 'A refresh token works once. Reusing an older one ends the session.',
        tags: TAGS,
        body: RefreshInput,
        response: { 200: SignedIn, ...problems(401) },
      },
    },
    async ({ body, ip }) => presentSession(app, await rotateSession(app.deps, body.refreshToken, { ip })),
  );

  app.post(
    '/logout',
    {
      config: { access: 'signed-in', scope: 'session', ownership: 'own' },
      schema: {
        summary: 'Log out: end this session and revoke its tokens',
        tags: TAGS,
        body: NoBody,
        response: { 204: z.undefined().describe('Ended'), ...problems(401) },
      },
    },
    async ({ principal }, reply) => {
      await logOut(app.deps, sessionOf(callerOf(principal)));
      return reply.code(204).send();
    },
  );
};

export default session;

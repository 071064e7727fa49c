import { RegisterInput, SignedIn } from '@mcp-server/shared';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';

import { authenticate } from '../../../http/authenticate.ts';
import { problems } from '../../../http/responses.ts';
import { presentSession } from '../../../http/session.ts';
import { registerUser } from '../../../services/accounts/register-user.ts';
import { sessionOf } from '../../../services/principal.ts';

const register: FastifyPluginAsyncZod = async (app) => {
  app.post(
    '/register',
    {
      config: { access: 'public', ownership: 'shared' },
      schema: {
        summary: 'Create an account',
        description:
          'A role above `user` requires an admin session, or the X-Admin-Key header with the ADMIN_API_KEY of the server. ' +
          'If ADMIN_API_KEY is not set, the first account that registers as `admin` gets the role (never in production).',
        tags: ['auth'],
        headers: z.looseObject({ 'x-admin-key': z.string().max(1_024).optional() }),
        body: RegisterInput,
        response: { 201: SignedIn, ...problems(401, 409) },
      },
    },
    async (request, reply) => {
      const { headers, body, ip } = request;
      const { authorization, 'x-api-key': apiKey } = request.raw.headers;
      const isPrivileged = body.role !== 'user' && (authorization ?? apiKey) !== undefined;
      const caller = isPrivileged ? sessionOf(await authenticate(app, request)) : undefined;
      const session = await registerUser(app.deps, body, {
        ip,
        userAgent: request.raw.headers['user-agent'],
        adminKey: headers['x-admin-key'],
        callerRole: caller?.role,
      });
      return reply.code(201).send(presentSession(app, session));
    },
  );
};

export default register;

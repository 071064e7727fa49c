import { User } from '@mcp-server/shared';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';

import { callerOf } from '../../../http/authenticate.ts';
import { problems } from '../../../http/responses.ts';
import { findOwnProfile } from '../../../services/accounts/find-profile.ts';
import { presentUser } from '../../../services/accounts/present-user.ts';

const profile: FastifyPluginAsyncZod = async (app) => {
  app.get(
    '/profile',
    {
      config: { access: 'signed-in', scope: 'any', ownership: 'own' },
      schema: { summary: 'Get your own account', tags: ['auth'], response: { 200: User, ...problems() } },
    },
    async ({ principal }) => presentUser(await findOwnProfile(app.deps, callerOf(principal))),
  );
};

export default profile;

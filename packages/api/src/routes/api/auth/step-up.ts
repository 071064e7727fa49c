import { StepUpInput } from '@mcp-server/shared';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';

import { callerOf } from '../../../http/authenticate.ts';
import { problems } from '../../../http/responses.ts';
import { stepUp } from '../../../services/accounts/step-up.ts';
import { sessionOf } from '../../../services/principal.ts';

const stepUpRoute: FastifyPluginAsyncZod = async (app) => {
  app.post(
    '/step-up',
    {
      config: { access: 'signed-in', scope: 'session', ownership: 'own' },
      schema: {
        summary: 'Give your password again',
        description:
          'For routes that respond with `step_up_required`. It counts for this session, for ten minutes. A sign-in counts too.',
        tags: ['auth'],
        body: StepUpInput,
        response: { 204: z.undefined().describe('Noted'), ...problems() },
      },
    },
    async ({ principal, body, ip }, reply) => {
      await stepUp(app.deps, sessionOf(callerOf(principal)), body.password, { ip });
      return reply.code(204).send();
    },
  );
};

export default stepUpRoute;

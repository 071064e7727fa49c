import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';

import { callerOf } from '../../http/authenticate.ts';
import { NoBody, problems } from '../../http/responses.ts';
import { sessionOf } from '../../services/principal.ts';
import { TICKET_TTL_SECONDS } from '../../services/realtime/tickets.ts';

const ticket: FastifyPluginAsyncZod = async (app) => {
  app.post(
    '/ticket',
    {
      config: { access: 'signed-in', scope: 'session', ownership: 'own' },
      schema: {
        summary: 'Create a ticket that opens one WebSocket',
        tags: ['realtime'],
        body: NoBody,
        response: {
          201: z.object({ ticket: z.string(), expiresIn: z.int().describe('Seconds') }),
          ...problems(),
        },
      },
    },
    async ({ principal }, reply) => {
      const issued = await app.deps.tickets.issue(sessionOf(callerOf(principal)));
      reply.code(201).header('cache-control', 'no-store');
      return { ticket: issued, expiresIn: TICKET_TTL_SECONDS };
    },
  );
};

export default ticket;

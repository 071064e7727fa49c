import { Session } from '@mcp-server/shared';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';

import { callerOf } from '../../../http/authenticate.ts';
import { PageCursor, writeCursor } from '../../../http/page-cursor.ts';
import { cursorQuery, NextCursor } from '../../../http/page-query.ts';
import { NoBody, problems } from '../../../http/responses.ts';
import { presentSessionRecord } from '../../../services/accounts/present-session.ts';
import { endOwnSession, endSessionsOf, listOwnSessions } from '../../../services/accounts/sessions.ts';
import { sessionOf } from '../../../services/principal.ts';

const TAGS = ['auth'];

const SessionQuery = z.strictObject(cursorQuery(PageCursor));

const sessions: FastifyPluginAsyncZod = async (app) => {
  app.get(
    '/sessions',
    {
      config: { access: 'signed-in', scope: 'session', ownership: 'own' },
      schema: {
        summary: 'List your open sessions, newest first',
        tags: TAGS,
        querystring: SessionQuery,
        response: {
          200: z.object({ items: z.array(Session), nextCursor: NextCursor }),
          ...problems(),
        },
      },
    },
    async ({ principal, query: { cursor: after, limit } }) => {
      const caller = sessionOf(callerOf(principal));
      const page = await listOwnSessions(app.deps, caller, { after, limit });
      return {
        items: page.items.map((session) => presentSessionRecord(session, caller.sessionId)),
        nextCursor: page.next ? writeCursor(page.next) : null,
      };
    },
  );

  app.delete(
    '/sessions/:id',
    {
      config: { access: 'signed-in', scope: 'session', ownership: 'own' },
      schema: {
        summary: 'End one of your sessions',
        tags: TAGS,
        params: z.object({ id: z.uuid() }),
        response: { 204: z.undefined().describe('Ended'), ...problems(404) },
      },
    },
    async ({ principal, params }, reply) => {
      await endOwnSession(app.deps, sessionOf(callerOf(principal)), params.id);
      return reply.code(204).send();
    },
  );

  app.post(
    '/logout-all',
    {
      config: { access: 'signed-in', scope: 'session', ownership: 'own' },
      schema: {
        summary: 'End all of your sessions, including this one',
        tags: TAGS,
        body: NoBody,
        response: { 204: z.undefined().describe('Ended'), ...problems() },
      },
    },
    async ({ principal }, reply) => {
      await endSessionsOf(app.deps, sessionOf(callerOf(principal)).userId);
      return reply.code(204).send();
    },
  );
};

export default sessions;

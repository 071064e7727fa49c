import { EventId } from '@mcp-server/shared';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';

import { toEventStream } from '../../../http/event-stream-wire.ts';
import { toHolder } from '../../../http/holder.ts';
import { problems } from '../../../http/responses.ts';
import { followExecution } from '../../../services/realtime/follow-execution.ts';

const events: FastifyPluginAsyncZod = async (app) => {
  app.get(
    '/:id/events',
    {
      config: { access: 'signed-in', scope: 'tasks:read', ownership: 'own-or-admin' },
      schema: {
        summary: 'Stream the events of an execution until it ends (SSE)',
        description:
          'Resumes after `Last-Event-ID`. The event `reset` means that earlier events may be missing.',
        tags: ['executions', 'realtime'],
        params: z.object({ id: z.uuid() }),
        headers: z.object({ 'last-event-id': EventId.optional() }),
        response: {
          200: { description: 'Events', content: { 'text/event-stream': { schema: z.string() } } },
          ...problems(404),
        },
      },
    },
    async (request, reply) => {
      const { params, headers } = request;
      const { wire, stream } = toEventStream();
      const following = { id: params.id, lastEventId: headers['last-event-id'] };
      const live = await followExecution(app.deps, await toHolder(app, request), following, wire);
      stream.once('close', () => live && app.deps.sockets.remove(live));
      // A buffering proxy would delay the events.
      reply.header('cache-control', 'no-store').header('x-accel-buffering', 'no');
      return reply.type('text/event-stream').send(stream as never);
    },
  );
};

export default events;

import { errors } from '@mcp-server/shared';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';

import { toHolder } from '../../http/holder.ts';
import { requireOwnOrigin } from '../../http/origin.ts';
import { problems } from '../../http/responses.ts';
import { toWire } from '../../http/socket-wire.ts';
import { authenticateSocket } from '../../http/sockets.ts';

const socket: FastifyPluginAsyncZod = async (app) => {
  app.route({
    method: 'GET',
    url: '',
    // Not `signed-in`: the credential may also be a subprotocol or a ticket.
    config: { access: 'public', ownership: 'shared' },
    exposeHeadRoute: false,
    schema: {
      summary: 'Open a WebSocket with live events',
      description: 'Message formats: see `GET /ws/info`.',
      tags: ['realtime'],
      security: [{ bearer: [] }, { apiKey: [] }],
      querystring: z.strictObject({}),
      response: problems(401, 426),
    },
    onRequest: async (request) => {
      requireOwnOrigin(request, app.deps.config);
      request.principal = await authenticateSocket(app, request);
      app.deps.sockets.admit(request.principal);
      request.socketHolder = await toHolder(app, request);
    },
    handler: async (_request, reply) => {
      reply.header('upgrade', 'websocket').header('connection', 'upgrade');
      throw new errors.UpgradeRequired();
    },
    wsHandler: (ws, { socketHolder }) => {
      const live = socketHolder && app.deps.sockets.open(socketHolder, toWire(ws));
      if (!live) return;
      // The protocol has no binary messages; they are treated as invalid.
      ws.on('message', (message: Buffer, isBinary) => live.receive(isBinary ? '' : message.toString()));
      ws.on('pong', () => live.pong());
      ws.on('close', () => app.deps.sockets.remove(live));
    },
  });
};

export default socket;

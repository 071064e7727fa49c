import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';

import { MAX_FRAME_BYTES } from '../../http/sockets.ts';
import { describeSocket, SocketFacts } from '../../services/realtime/socket-facts.ts';

const info: FastifyPluginAsyncZod = async (app) => {
  app.get(
    '/info',
    {
      config: { access: 'public', ownership: 'shared' },
      schema: {
        summary: 'Describe the WebSocket protocol',
        tags: ['realtime'],
        response: { 200: SocketFacts },
      },
    },
    async () => describeSocket(app.deps.config, MAX_FRAME_BYTES),
  );
};

export default info;

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

/** Logs one line per request, also if its caller left before the response was complete, with the route pattern instead of the URL, so that no caller's input is logged. */
export function logRequests(app: FastifyInstance): void {
  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id);
    reply.raw.once('close', () => {
      // An upgraded connection has no response to finish.
      if (!reply.raw.writableFinished && !request.ws)
        request.log.info(describe(request, reply), 'caller left');
    });
  });
  app.addHook('onResponse', async (request, reply) => {
    const { statusCode } = reply;
    request.log.info({ ...describe(request, reply), statusCode }, 'request answered');
  });
}

const describe = (request: FastifyRequest, reply: FastifyReply) => ({
  method: request.method,
  route: request.routeOptions.url ?? 'unknown',
  durationMs: Math.round(reply.elapsedTime),
  userId: request.principal?.userId,
});

import type { FastifyInstance } from 'fastify';

/** Logs one line per request, with the route pattern instead of the URL, so that no caller's input is logged. */
export function logRequests(app: FastifyInstance): void {
  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id);
  });
  app.addHook('onResponse', async (request, reply) => {
    request.log.info(
      {
        method: request.method,
        route: request.routeOptions.url ?? 'unknown',
        statusCode: reply.statusCode,
        durationMs: Math.round(reply.elapsedTime),
        userId: request.principal?.userId,
      },
      'request answered',
    );
  });
}

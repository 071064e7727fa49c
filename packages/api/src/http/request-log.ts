import type { FastifyInstance } from 'fastify';

/** One line for each request; the route's pattern, not the URL, so that nothing a caller typed is logged. */
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

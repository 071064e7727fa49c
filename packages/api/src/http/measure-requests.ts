import type { FastifyInstance } from 'fastify';

const MS_PER_SECOND = 1_000;

/** Measures durations by route pattern: a URL as a label would create a series for each value. */
export function measureRequests(app: FastifyInstance): void {
  app.addHook('onResponse', async (request, reply) => {
    const route = request.is404 ? 'unknown' : (request.routeOptions.url ?? 'unknown');
    const labels = { method: request.method, route, status: reply.statusCode };
    app.deps.metrics.httpSeconds.observe(labels, reply.elapsedTime / MS_PER_SECOND);
  });
}

import { errors, retryLater } from '@mcp-server/shared';
import type { FastifyInstance } from 'fastify';

/** Paths that respond in any state of the process. */
const ALWAYS = /^\/(health|openapi\.json|metrics|docs|admin\/login)/;

/** Refuses requests other than probes until the indexes exist, because they decide every race. */
export function requireDatabase(app: FastifyInstance): void {
  app.addHook('onRequest', async (request) => {
    if (app.deps.isPrepared() || request.is404 || ALWAYS.test(request.routeOptions.url ?? '')) return;
    throw retryLater(new errors.DatabaseUnavailable(), 1);
  });
}

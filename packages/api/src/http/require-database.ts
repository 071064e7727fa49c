import { errors, retryLater } from '@mcp-server/shared';
import type { FastifyInstance } from 'fastify';

/** Paths that must answer whatever state the process is in. */
const ALWAYS = /^\/(health|openapi\.json|metrics|docs|admin\/login)/;

/** Until the indexes exist, which decide every race, only probes are answered. */
export function requireDatabase(app: FastifyInstance): void {
  app.addHook('onRequest', async (request) => {
    if (app.deps.isPrepared() || request.is404 || ALWAYS.test(request.routeOptions.url ?? '')) return;
    throw retryLater(new errors.DatabaseUnavailable(), 1);
  });
}

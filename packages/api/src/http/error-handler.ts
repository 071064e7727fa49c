import { errors } from '@mcp-server/shared';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import FindMyWay, { type HTTPMethod } from 'find-my-way';

import { toCatalogueError, toProblem } from './problem.ts';

const PROBLEM_TYPE = 'application/problem+json';
const INTERNAL = 500;
const UNAUTHORIZED = 401;
const MAX_SHOWN = 200;

/** Sends every error as a problem document. */
export function buildErrorHandler(bodyLimit: number) {
  return (error: unknown, request: FastifyRequest, reply: FastifyReply): void => {
    const refusal = toCatalogueError(fromCaller(error, request) ?? error, bodyLimit);
    if (refusal.statusCode === INTERNAL) request.log.error({ err: refusal.cause }, 'request failed');
    else if (refusal.statusCode > INTERNAL) request.log.warn({ err: refusal }, 'request refused');
    if (refusal.statusCode === UNAUTHORIZED) reply.header('www-authenticate', 'Bearer');
    if (refusal.retryAfterSeconds !== undefined) reply.header('retry-after', refusal.retryAfterSeconds);
    reply.code(refusal.statusCode).type(PROBLEM_TYPE).send(toProblem(refusal, request.id));
  };
}

/** A body that ends early, because its sender went away or sent no valid chunks, is not an error of this server. */
const fromCaller = (error: unknown, { raw }: FastifyRequest): Error | undefined =>
  error === raw.errored ? new errors.InvalidRequest({ cause: error }) : undefined;

/** Sends 405 with `Allow` if another method has the route, otherwise 404. Call it before any route is added. */
export function handleUnknownRoutes(app: FastifyInstance): void {
  const routes = FindMyWay();
  const methods = new Set<HTTPMethod>();
  app.addHook('onRoute', ({ method, url }) => {
    for (const name of [method].flat() as HTTPMethod[]) {
      // Served for every path, so it says nothing about this one.
      if (name === 'OPTIONS') continue;
      methods.add(name);
      if (!routes.hasRoute(name, url)) routes.on(name, url, () => {});
    }
  });
  app.setNotFoundHandler((request, reply) => {
    const [path = ''] = request.url.split('?', 1);
    const allowed = [...methods].filter((method) => routes.find(method, path) !== null);
    if (allowed.length === 0) throw new errors.RouteNotFound(`${request.method} ${path.slice(0, MAX_SHOWN)}`);
    reply.header('allow', allowed.toSorted().join(', '));
    throw new errors.MethodNotAllowed(request.method);
  });
}

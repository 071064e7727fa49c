import { errors } from '@mcp-server/shared';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

import { toCatalogueError, toProblem } from './problem.ts';

const PROBLEM_TYPE = 'application/problem+json';
const INTERNAL = 500;
const UNAUTHORIZED = 401;

/** Sends every error as a problem document. */
export function buildErrorHandler(bodyLimit: number) {
  return (error: unknown, request: FastifyRequest, reply: FastifyReply): void => {
    const refusal = toCatalogueError(error, bodyLimit);
    if (refusal.statusCode === INTERNAL) request.log.error({ err: refusal.cause }, 'request failed');
    else if (refusal.statusCode > INTERNAL) request.log.warn({ err: refusal }, 'request refused');
    if (refusal.statusCode === UNAUTHORIZED) reply.header('www-authenticate', 'Bearer');
    if (refusal.retryAfterSeconds !== undefined) reply.header('retry-after', refusal.retryAfterSeconds);
    reply.code(refusal.statusCode).type(PROBLEM_TYPE).send(toProblem(refusal, request.id));
  };
}

export function handleUnknownRoutes(app: FastifyInstance): void {
  app.setNotFoundHandler((request) => {
    const [path] = request.url.split('?', 1);
    throw new errors.RouteNotFound(`${request.method} ${path?.slice(0, 200)}`);
  });
}

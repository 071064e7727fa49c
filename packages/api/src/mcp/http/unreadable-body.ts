import { errors } from '@mcp-server/shared';
import type { FastifyInstance } from 'fastify';

import { toCatalogueError, toProblem } from '../../http/problem.ts';

/** JSON-RPC's code for a body that is not JSON, or not JSON that this server accepts. */
const PARSE_ERROR = -32_700;
const UNREADABLE = [errors.InvalidRequest, errors.UnsupportedMediaType, errors.PayloadTooLarge];

/** Sends a JSON-RPC error for an unreadable body; every other refusal stays a problem document. */
export function answerInJsonRpc(app: FastifyInstance): void {
  const answerProblem = app.errorHandler;
  app.setErrorHandler((error, request, reply) => {
    const refusal = toCatalogueError(error, request.routeOptions.bodyLimit ?? 0);
    if (!UNREADABLE.some((kind) => refusal instanceof kind))
      return answerProblem(error as never, request, reply);
    const problem = toProblem(refusal, request.id);
    const places = (problem.errors ?? []).map(({ pointer, detail }) => `${pointer} ${detail}`);
    const message = [problem.detail, ...places].join('; ');
    return reply
      .code(problem.status)
      .send({ jsonrpc: '2.0', id: null, error: { code: PARSE_ERROR, message, data: problem } });
  });
}

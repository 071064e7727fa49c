import { ExecutionStatus, JsonValue } from '@mcp-server/shared';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';

import { callerOf } from '../../../http/authenticate.ts';
import { IdempotencyHeaders, markRepeat } from '../../../http/idempotency.ts';
import { problems } from '../../../http/responses.ts';
import { toIdempotency } from '../../../services/body-hash.ts';
import { rerunExecution } from '../../../services/executions/rerun-execution.ts';

const Started = z.object({
  executionId: z.uuid(),
  rerunOf: z.uuid(),
  status: ExecutionStatus,
  createdAt: z.iso.datetime(),
});

const rerun: FastifyPluginAsyncZod = async (app) => {
  app.post(
    '/:id/rerun',
    {
      config: { access: 'signed-in', scope: 'execute', ownership: 'own-or-admin' },
      schema: {
        summary: 'Rerun an execution',
        description:
          'Creates a new execution with the same owner, linked by `rerunOf`, with the same payload or a new one. Admins ' +
          'can rerun the executions of others; an audit event records who did.',
        tags: ['executions'],
        headers: IdempotencyHeaders,
        params: z.object({ id: z.uuid() }),
        body: z.strictObject({ payload: JsonValue.optional() }).nullable(),
        response: { 202: Started, ...problems(404, 409, 413) },
      },
    },
    async ({ id: requestId, ip, principal, params, headers, body }, reply) => {
      const path = `/api/executions/${params.id}/rerun`;
      const { execution, isRepeat } = await rerunExecution(
        app.deps,
        { principal: callerOf(principal), ip },
        {
          id: params.id,
          payload: body?.payload,
          idempotency: toIdempotency(headers['idempotency-key'], { method: 'POST', path, body }),
          requestId,
        },
      );
      markRepeat(reply, isRepeat);
      reply.code(202).header('location', `/api/executions/${execution._id}`);
      const { _id: executionId, status, createdAt } = execution;
      return { executionId, rerunOf: params.id, status, createdAt: createdAt.toISOString() };
    },
  );
};

export default rerun;

import { ExecutionStatus, ObjectIdText } from '@mcp-server/shared';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';

import { callerOf } from '../../../http/authenticate.ts';
import { CacheHeaders, skipsCache } from '../../../http/cache-control.ts';
import { IdempotencyHeaders, markRepeat } from '../../../http/idempotency.ts';
import { NoBody, problems } from '../../../http/responses.ts';
import { toIdempotency } from '../../../services/body-hash.ts';
import { executeTask } from '../../../services/tasks/execute-task.ts';

const Started = z.object({
  executionId: z.uuid(),
  taskId: ObjectIdText,
  status: ExecutionStatus,
  createdAt: z.iso.datetime(),
});

const execute: FastifyPluginAsyncZod = async (app) => {
  app.post(
    '/:id/execute',
    {
      config: { access: 'signed-in', scope: 'execute', ownership: 'own-or-admin' },
      schema: {
        summary: 'Start an execution of a task',
        tags: ['tasks'],
        headers: IdempotencyHeaders.extend(CacheHeaders.shape),
        params: z.object({ id: ObjectIdText }),
        body: NoBody,
        response: { 202: Started, ...problems(404, 409, 413) },
      },
    },
    async ({ id: requestId, principal, params, headers, body }, reply) => {
      const path = `/api/tasks/${params.id}/execute`;
      const { execution, isRepeat } = await executeTask(app.deps, callerOf(principal), {
        taskId: params.id,
        idempotency: toIdempotency(headers['idempotency-key'], { method: 'POST', path, body }),
        requestId,
        skipsCache: skipsCache(headers['cache-control']),
      });
      markRepeat(reply, isRepeat);
      reply.code(202).header('location', `/api/executions/${execution._id}`);
      return {
        executionId: execution._id,
        taskId: params.id,
        status: execution.status,
        createdAt: execution.createdAt.toISOString(),
      };
    },
  );
};

export default execute;

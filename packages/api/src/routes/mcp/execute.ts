import { ExecutionStatus, Failure, JsonValue, Slug } from '@mcp-server/shared';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';

import { callerOf } from '../../http/authenticate.ts';
import { CacheHeaders, skipsCache } from '../../http/cache-control.ts';
import { toWait } from '../../http/holder.ts';
import { IdempotencyHeaders, markRepeat } from '../../http/idempotency.ts';
import { problems } from '../../http/responses.ts';
import { DEFAULT_WAIT_SECONDS, MAX_WAIT_SECONDS, prefersAsync } from '../../http/wait.ts';
import { toIdempotency } from '../../services/body-hash.ts';
import { executeAndWait } from '../../services/executions/execute-and-wait.ts';
import { WaitReason } from '../../services/executions/no-worker.ts';
import { presentCall } from '../../services/executions/present-call.ts';

const Call = z
  .strictObject({
    plugin: Slug,
    action: Slug,
    payload: JsonValue.default({}),
    wait: z
      .number()
      .min(0)
      .max(MAX_WAIT_SECONDS)
      .default(DEFAULT_WAIT_SECONDS)
      .describe('Seconds to wait for the end'),
  })
  .meta({
    examples: [{ plugin: 'sample', action: 'echo', payload: { message: 'Authenticated plugin execution!' } }],
  });

const Ended = z.object({
  executionId: z.uuid(),
  status: z.enum(['completed', 'failed', 'cancelled']),
  cached: z.literal(true).optional().describe('The result is that of an earlier execution'),
  result: JsonValue.optional(),
  failure: Failure.optional(),
});
const Unfinished = z.object({
  executionId: z.uuid(),
  status: ExecutionStatus,
  reason: WaitReason.optional().describe('Set if no living worker has the action: the call did not wait'),
});

/** When to poll work that did not end within the wait. */
const RETRY_AFTER_SECONDS = 1;

const execute: FastifyPluginAsyncZod = async (app) => {
  app.post(
    '/execute',
    {
      config: { access: 'signed-in', scope: 'execute', ownership: 'own' },
      schema: {
        summary: 'Run an action and wait for its end',
        description:
          '200 once it has ended: `status` says how, with `result` or `failure`. 202 if it takes longer than `wait`, with ' +
          '`Prefer: respond-async`, as soon as it asks for input, and at once with a `reason` if no living worker has the ' +
          'action: follow `Location`.',
        tags: ['executions'],
        headers: IdempotencyHeaders.extend({ ...CacheHeaders.shape, prefer: z.string().max(200).optional() }),
        body: Call,
        response: { 200: Ended, 202: Unfinished, ...problems(404, 409, 413) },
      },
    },
    async (request, reply) => {
      const { id: requestId, principal, headers } = request;
      const { wait, ...work } = request.body;
      const ms = prefersAsync(headers.prefer) ? 0 : wait * 1_000;
      const { submitted, end, status, reason } = await executeAndWait(
        app.deps,
        callerOf(principal),
        {
          ...work,
          source: 'execute',
          idempotency: toIdempotency(headers['idempotency-key'], {
            method: 'POST',
            path: '/mcp/execute',
            body: work,
          }),
          requestId,
          skipsCache: skipsCache(headers['cache-control']),
        },
        await toWait(app, request, reply, ms),
      );
      markRepeat(reply, submitted.isRepeat);
      const executionId = submitted.execution._id;
      if (end) return reply.code(200).send(presentCall(end));
      return reply
        .code(202)
        .header('location', `/api/executions/${executionId}`)
        .header('retry-after', RETRY_AFTER_SECONDS)
        .send({ executionId, status, ...(reason ? { reason } : {}) });
    },
  );
};

export default execute;

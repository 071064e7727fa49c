import { Redrive, RedriveInput } from '@mcp-server/shared';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';

import { callerOf } from '../../../http/authenticate.ts';
import { IdempotencyHeaders, markRepeat } from '../../../http/idempotency.ts';
import { problems } from '../../../http/responses.ts';
import { toIdempotency } from '../../../services/body-hash.ts';
import { redriveExecutions } from '../../../services/executions/redrive-executions.ts';

const redrive: FastifyPluginAsyncZod = async (app) => {
  app.post(
    '/redrive',
    {
      config: { access: 'signed-in', scope: 'execute', ownership: 'own-or-admin' },
      schema: {
        summary: 'Rerun failed executions in bulk',
        description:
          'Oldest first, up to `cap`. Each execution is rerun once, so the next redrive continues with the next ones. ' +
          'With an `Idempotency-Key`, a repeated request resumes an interrupted redrive, or returns the same response if ' +
          'it had finished.',
        tags: ['executions'],
        headers: IdempotencyHeaders,
        body: RedriveInput,
        response: { 200: Redrive, ...problems(409) },
      },
    },
    async ({ id: requestId, ip, principal, headers, body }, reply) => {
      const caller = { principal: callerOf(principal), ip };
      const path = '/api/executions/redrive';
      const { redrive: done, isRepeat } = await redriveExecutions(app.deps, caller, {
        ...body,
        idempotency: toIdempotency(headers['idempotency-key'], { method: 'POST', path, body }),
        requestId,
      });
      markRepeat(reply, isRepeat);
      return done;
    },
  );
};

export default redrive;

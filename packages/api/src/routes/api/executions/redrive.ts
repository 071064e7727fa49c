import { Redrive, RedriveInput } from '@mcp-server/shared';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';

import { callerOf } from '../../../http/authenticate.ts';
import { IdempotencyHeaders, markRepeat } from '../../../http/idempotency.ts';
import { problems } from '../../../http/responses.ts';
import { describeRequest } from '../../../services/body-hash.ts';
import { redriveExecutions } from '../../../services/executions/redrive-executions.ts';

const redrive: FastifyPluginAsyncZod = async (app) => {
  app.post(
    '/redrive',
    {
      config: { access: 'signed-in', scope: 'execute' },
      schema: {
        summary: 'Do failed executions again, many at once',
        description:
          'The oldest first, up to `cap`; each is done again once, so the next redrive takes the next ones. With an ' +
          '`Idempotency-Key` the same request goes on where it was cut off, and answers the same when it had ended.',
        tags: ['executions'],
        headers: IdempotencyHeaders,
        body: RedriveInput,
        response: { 200: Redrive, ...problems(401, 403, 409, 429) },
      },
    },
    async ({ id: requestId, ip, principal, headers, body }, reply) => {
      const caller = { principal: callerOf(principal), ip };
      const path = '/api/executions/redrive';
      const { redrive: done, isRepeat } = await redriveExecutions(app.deps, caller, {
        ...body,
        idempotency: describeRequest(headers['idempotency-key'], { method: 'POST', path, body }),
        requestId,
      });
      markRepeat(reply, isRepeat);
      return done;
    },
  );
};

export default redrive;

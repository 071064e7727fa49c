import { Execution } from '@mcp-server/shared';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';

import { callerOf } from '../../../http/authenticate.ts';
import { toWait } from '../../../http/holder.ts';
import { NoBody, problems } from '../../../http/responses.ts';
import { MAX_WAIT_SECONDS } from '../../../http/wait.ts';
import { cancelOwnExecution } from '../../../services/executions/cancel-execution.ts';
import { awaitOwnExecution, listOwnReruns } from '../../../services/executions/find-execution.ts';
import { presentExecution } from '../../../services/executions/present-execution.ts';

const TAGS = ['executions'];
const Params = z.object({ id: z.uuid() });

const executions: FastifyPluginAsyncZod = async (app) => {
  app.get(
    '/:id',
    {
      config: { access: 'signed-in', scope: 'tasks:read', ownership: 'own-or-admin' },
      schema: {
        summary: 'Get an execution; with `wait`, as soon as it ends or asks for input',
        tags: TAGS,
        params: Params,
        querystring: z.strictObject({
          wait: z.coerce
            .number()
            .min(0)
            .max(MAX_WAIT_SECONDS)
            .default(0)
            .describe('Seconds to wait for its end'),
        }),
        response: { 200: Execution, ...problems(404) },
      },
    },
    async (request, reply) => {
      const { principal, params, query } = request;
      const wait = await toWait(app, request, reply, query.wait * 1_000);
      const execution = await awaitOwnExecution(app.deps, callerOf(principal), { id: params.id, wait });
      return { ...presentExecution(execution, principal), reruns: await listOwnReruns(app.deps, params.id) };
    },
  );

  app.post(
    '/:id/cancel',
    {
      config: { access: 'signed-in', scope: 'execute', ownership: 'own-or-admin' },
      schema: {
        summary: 'Cancel an execution',
        description:
          '`cancelled`: it never runs (again). `requested`: it is running and is being stopped. `ended`: it had already ' +
          'ended; nothing changed.',
        tags: TAGS,
        params: Params,
        body: NoBody,
        response: {
          200: z.object({ outcome: z.enum(['cancelled', 'requested', 'ended']), execution: Execution }),
          ...problems(404),
        },
      },
    },
    async ({ principal, params }) => {
      const { outcome, execution } = await cancelOwnExecution(app.deps, callerOf(principal), params.id);
      return { outcome, execution: presentExecution(execution, principal) };
    },
  );
};

export default executions;

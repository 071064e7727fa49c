import { ExecutionStatus, JsonValue } from '@mcp-server/shared';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';

import { callerOf } from '../../../http/authenticate.ts';
import { problems } from '../../../http/responses.ts';
import { provideOwnInput } from '../../../services/executions/provide-input.ts';

const Provided = z.object({
  executionId: z.uuid(),
  status: ExecutionStatus,
  open: z.array(z.string()).describe('Keys of the questions that still have no answer'),
});

const input: FastifyPluginAsyncZod = async (app) => {
  app.post(
    '/:id/input',
    {
      config: { access: 'signed-in', scope: 'execute' },
      schema: {
        summary: 'Answer what an execution asks for',
        description:
          'While its status is `input_required`, `inputs` of the execution says what it asks. An answer has the shape that ' +
          'the Model Context Protocol gives it: `{"action":"accept","content":{…}}`, `{"action":"decline"}` or ' +
          '`{"action":"cancel"}` to `elicitation/create`, a message to `sampling/createMessage`, `{"roots":[…]}` to ' +
          '`roots/list`. Answers may come one by one; the first to a question stands, and with the last the execution goes on.',
        tags: ['executions'],
        params: z.object({ id: z.uuid() }),
        body: z.strictObject({ answers: z.record(z.string(), JsonValue) }),
        response: { 202: Provided, ...problems(401, 403, 404, 409, 413) },
      },
    },
    async ({ principal, params, body }, reply) => {
      const answering = { id: params.id, answers: body.answers };
      const { execution, open } = await provideOwnInput(app.deps, callerOf(principal), answering);
      reply.code(202).header('location', `/api/executions/${execution._id}`);
      return { executionId: execution._id, status: execution.status, open };
    },
  );
};

export default input;

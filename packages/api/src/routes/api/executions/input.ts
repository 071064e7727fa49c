import { ExecutionStatus, JsonValue } from '@mcp-server/shared';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';

import { callerOf } from '../../../http/authenticate.ts';
import { problems } from '../../../http/responses.ts';
import { provideOwnInput } from '../../../services/executions/provide-input.ts';

const Provided = z.object({
  executionId: z.uuid(),
  status: ExecutionStatus,
  open: z.array(z.string()).describe('Keys of the unanswered questions'),
});

const input: FastifyPluginAsyncZod = async (app) => {
  app.post(
    '/:id/input',
    {
      config: { access: 'signed-in', scope: 'execute', ownership: 'own' },
      schema: {
        summary: 'Answer the open questions of an execution',
        description:
          'While the status is `input_required`, `inputs` of the execution lists the questions. Answers have the shapes ' +
          'of the Model Context Protocol: `{"action":"accept","content":{…}}`, `{"action":"decline"}` or ' +
          '`{"action":"cancel"}` for `elicitation/create`, a message for `sampling/createMessage`, `{"roots":[…]}` for ' +
          '`roots/list`. Answers can be sent one at a time; the first answer to a question wins, and the last missing ' +
          'answer resumes the execution.',
        tags: ['executions'],
        params: z.object({ id: z.uuid() }),
        body: z.strictObject({ answers: z.record(z.string(), JsonValue) }),
        response: { 202: Provided, ...problems(404, 409, 413) },
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

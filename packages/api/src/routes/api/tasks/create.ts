import { Task, TaskInput } from '@mcp-server/shared';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';

import { callerOf } from '../../../http/authenticate.ts';
import { IdempotencyHeaders, markRepeat } from '../../../http/idempotency.ts';
import { problems } from '../../../http/responses.ts';
import { toIdempotency } from '../../../services/body-hash.ts';
import { createTask } from '../../../services/tasks/create-task.ts';
import { presentTask } from '../../../services/tasks/present-task.ts';

const make: FastifyPluginAsyncZod = async (app) => {
  app.post(
    '',
    {
      config: { access: 'signed-in', scope: 'tasks:write', ownership: 'own-or-admin' },
      schema: {
        summary: 'Create a task',
        tags: ['tasks'],
        headers: IdempotencyHeaders,
        body: TaskInput,
        response: { 201: Task, ...problems(404, 409, 413) },
      },
    },
    async ({ principal, body, headers }, reply) => {
      const idempotency = toIdempotency(headers['idempotency-key'], {
        method: 'POST',
        path: '/api/tasks',
        body,
      });
      const { task, isRepeat } = await createTask(app.deps, callerOf(principal).userId, {
        ...body,
        idempotency,
      });
      markRepeat(reply, isRepeat);
      return reply.code(201).header('location', `/api/tasks/${task.id}`).send(presentTask(task));
    },
  );
};

export default make;

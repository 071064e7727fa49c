import { ObjectIdText, Task, TaskChanges } from '@mcp-server/shared';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';

import { callerOf } from '../../../http/authenticate.ts';
import { NoBody, problems } from '../../../http/responses.ts';
import { cancelTask } from '../../../services/tasks/cancel-task.ts';
import { deleteOwnTask } from '../../../services/tasks/delete-task.ts';
import { presentTask } from '../../../services/tasks/present-task.ts';
import { updateOwnTask } from '../../../services/tasks/update-task.ts';

const TAGS = ['tasks'];
const Params = z.object({ id: ObjectIdText });

const change: FastifyPluginAsyncZod = async (app) => {
  app.put(
    '/:id',
    {
      config: { access: 'signed-in', scope: 'tasks:write', ownership: 'own-or-admin' },
      schema: {
        summary: 'Update a task',
        description:
          'Omitted fields keep their values; `null` clears an optional field. A new `schedule` starts over with a new ' +
          'revision. Executions that were already accepted are not affected.',
        tags: TAGS,
        params: Params,
        body: TaskChanges,
        response: { 200: Task, ...problems(404, 413) },
      },
    },
    async ({ principal, params, body }) =>
      presentTask(await updateOwnTask(app.deps, callerOf(principal), params.id, body)),
  );

  app.delete(
    '/:id',
    {
      config: { access: 'signed-in', scope: 'tasks:write', ownership: 'own-or-admin' },
      schema: {
        summary: 'Delete a task',
        description: 'Cancels its unfinished executions first. Its executions are kept until they expire.',
        tags: TAGS,
        params: Params,
        response: { 204: z.null(), ...problems(404) },
      },
    },
    async ({ principal, params }, reply) => {
      await deleteOwnTask(app.deps, callerOf(principal), params.id);
      return reply.code(204).send(null);
    },
  );

  app.post(
    '/:id/cancel',
    {
      config: { access: 'signed-in', scope: 'execute', ownership: 'own-or-admin' },
      schema: {
        summary: "Cancel a task's unfinished executions",
        description:
          '`cancelled` counts executions that never run (again), `requested` those that are running and being stopped.',
        tags: TAGS,
        params: Params,
        body: NoBody,
        response: { 200: z.object({ cancelled: z.int(), requested: z.int() }), ...problems(404) },
      },
    },
    async ({ principal, params }) => cancelTask(app.deps, callerOf(principal), params.id),
  );
};

export default change;

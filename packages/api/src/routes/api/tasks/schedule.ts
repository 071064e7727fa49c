import { ObjectIdText, Task } from '@mcp-server/shared';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';

import { callerOf } from '../../../http/authenticate.ts';
import { NoBody, problems } from '../../../http/responses.ts';
import { findNextRuns, setPaused } from '../../../services/tasks/pause-schedule.ts';
import { presentTask } from '../../../services/tasks/present-task.ts';

const TAGS = ['tasks'];
const Params = z.object({ id: ObjectIdText });
const MAX_RUNS = 100;

const schedule: FastifyPluginAsyncZod = async (app) => {
  for (const [verb, isPaused] of [
    ['pause', true],
    ['resume', false],
  ] as const) {
    app.post(
      `/:id/${verb}`,
      {
        config: { access: 'signed-in', scope: 'tasks:write', ownership: 'own-or-admin' },
        schema: {
          summary: isPaused ? 'Pause the schedule of a task' : 'Resume the schedule of a task',
          description: 'Fire times missed while it is paused are not caught up.',
          tags: TAGS,
          params: Params,
          body: NoBody,
          response: { 200: Task, ...problems(404, 409) },
        },
      },
      async ({ principal, params: { id } }) =>
        presentTask(await setPaused(app.deps, callerOf(principal), { id, isPaused })),
    );
  }

  app.get(
    '/:id/next-runs',
    {
      config: { access: 'signed-in', scope: 'tasks:read', ownership: 'own-or-admin' },
      schema: {
        summary: 'List the next fire times of a task',
        tags: TAGS,
        params: Params,
        querystring: z.strictObject({ count: z.coerce.number().int().min(1).max(MAX_RUNS).default(5) }),
        response: { 200: z.object({ items: z.array(z.iso.datetime()) }), ...problems(404) },
      },
    },
    async ({ principal, params: { id }, query: { count } }) => {
      const runs = await findNextRuns(app.deps, callerOf(principal), { id, count });
      return { items: runs.map((run) => run.toISOString()) };
    },
  );
};

export default schedule;

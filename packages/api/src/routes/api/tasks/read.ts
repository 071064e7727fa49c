import { ObjectIdText, Priority, Task, TaskStats, TaskStatus } from '@mcp-server/shared';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';

import { callerOf } from '../../../http/authenticate.ts';
import { PageCursor, writeCursor } from '../../../http/page-cursor.ts';
import { describeSearch, listQuery, NextCursor, toPageQuery, Total } from '../../../http/page-query.ts';
import { problems } from '../../../http/responses.ts';
import { findOwnTask } from '../../../services/tasks/find-task.ts';
import { listOwnTasks } from '../../../services/tasks/list-tasks.ts';
import { presentTask } from '../../../services/tasks/present-task.ts';
import { readTaskStats } from '../../../services/tasks/task-stats.ts';

const TAGS = ['tasks'];
const MAX_TAGS = 20;

const TaskQuery = z.strictObject({
  ...listQuery(PageCursor),
  status: TaskStatus.optional(),
  priority: Priority.optional(),
  tags: z
    .string()
    .max(1_000)
    .transform((text) => text.split(',').filter(Boolean))
    .pipe(z.array(z.string()).min(1).max(MAX_TAGS))
    .optional()
    .describe('Comma-separated; a task must have all of them'),
});

const TaskPage = z.object({
  items: z.array(Task),
  nextCursor: NextCursor,
  total: Total,
});

const read: FastifyPluginAsyncZod = async (app) => {
  app.get(
    '',
    {
      config: { access: 'signed-in', scope: 'tasks:read', ownership: 'own-or-admin' },
      schema: {
        summary: 'List tasks',
        description: describeSearch(
          '`plugin`, `action`, `priority`, several `tags`, or as an admin by anything but time,',
        ),
        tags: TAGS,
        querystring: TaskQuery,
        response: { 200: TaskPage, ...problems() },
      },
    },
    async ({ principal, query }) => {
      const page = await listOwnTasks(app.deps, callerOf(principal), toPageQuery(query));
      return {
        items: page.items.map(presentTask),
        nextCursor: page.next ? writeCursor(page.next) : null,
        total: page.total,
      };
    },
  );

  app.get(
    '/stats',
    {
      config: { access: 'signed-in', scope: 'tasks:read', ownership: 'own-or-admin' },
      schema: {
        summary: 'Get task and execution statistics',
        tags: TAGS,
        querystring: z.strictObject({
          all: z.stringbool().default(false).describe('`true` counts the tasks of all users; admins only'),
        }),
        response: { 200: TaskStats, ...problems() },
      },
    },
    async ({ principal, query }) => readTaskStats(app.deps, callerOf(principal), { ofAll: query.all }),
  );

  app.get(
    '/:id',
    {
      config: { access: 'signed-in', scope: 'tasks:read', ownership: 'own-or-admin' },
      schema: {
        summary: 'Get a task',
        tags: TAGS,
        params: z.object({ id: ObjectIdText }),
        response: { 200: Task, ...problems(404) },
      },
    },
    async ({ principal, params }) => presentTask(await findOwnTask(app.deps, callerOf(principal), params.id)),
  );
};

export default read;

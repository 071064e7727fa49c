import { ObjectIdText, Priority, Slug, Task, TaskStatus } from '@mcp-server/shared';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';

import { callerOf } from '../../../http/authenticate.ts';
import { PageCursor, writeCursor } from '../../../http/page-cursor.ts';
import { problems } from '../../../http/responses.ts';
import { findOwnTask } from '../../../services/find-task.ts';
import { listOwnTasks } from '../../../services/list-tasks.ts';
import { presentTask } from '../../../services/present-task.ts';

const TAGS = ['tasks'];
const MAX_PAGE = 100;

const TaskQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(MAX_PAGE).default(20),
  cursor: PageCursor.optional(),
  count: z.stringbool().default(false).describe('`true` adds `total`'),
  status: TaskStatus.optional(),
  plugin: Slug.optional(),
  priority: Priority.optional(),
  tag: z.string().max(50).optional(),
});

const TaskPage = z.object({
  items: z.array(Task),
  nextCursor: z.string().nullable(),
  total: z.int().optional(),
});

const read: FastifyPluginAsyncZod = async (app) => {
  app.get(
    '',
    {
      config: { access: 'signed-in', scope: 'tasks:read' },
      schema: {
        summary: 'List tasks, newest first',
        tags: TAGS,
        querystring: TaskQuery,
        response: { 200: TaskPage, ...problems(401) },
      },
    },
    async ({ principal, query: { cursor, count, ...query } }) => {
      const page = await listOwnTasks(app.deps, callerOf(principal), {
        ...query,
        after: cursor,
        withTotal: count,
      });
      return {
        items: page.items.map(presentTask),
        nextCursor: page.next ? writeCursor(page.next) : null,
        total: page.total,
      };
    },
  );

  app.get(
    '/:id',
    {
      config: { access: 'signed-in', scope: 'tasks:read' },
      schema: {
        summary: 'Read a task',
        tags: TAGS,
        params: z.object({ id: ObjectIdText }),
        response: { 200: Task, ...problems(401, 404) },
      },
    },
    async ({ principal, params }) => presentTask(await findOwnTask(app.deps, callerOf(principal), params.id)),
  );
};

export default read;

import { ExecutionStatus, ExecutionSummary, ObjectIdText } from '@mcp-server/shared';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';

import { callerOf } from '../../../http/authenticate.ts';
import { ExecutionCursor, writeCursor } from '../../../http/page-cursor.ts';
import { describeSearch, listQuery, NextCursor, toPageQuery, Total } from '../../../http/page-query.ts';
import { problems } from '../../../http/responses.ts';
import { summarizeExecution } from '../../../services/executions/present-execution.ts';
import { listTaskExecutions } from '../../../services/tasks/list-task-executions.ts';

const { limit, cursor, sort, count } = listQuery(ExecutionCursor);

const executions: FastifyPluginAsyncZod = async (app) => {
  app.get(
    '/:id/executions',
    {
      config: { access: 'signed-in', scope: 'tasks:read', ownership: 'own-or-admin' },
      schema: {
        summary: 'List the executions of a task',
        description: describeSearch('`status`'),
        tags: ['tasks'],
        params: z.object({ id: ObjectIdText }),
        querystring: z.strictObject({ limit, cursor, sort, count, status: ExecutionStatus.optional() }),
        response: {
          200: z.object({
            items: z.array(ExecutionSummary),
            nextCursor: NextCursor,
            total: Total,
          }),
          ...problems(404),
        },
      },
    },
    async ({ principal, params, query }) => {
      const page = await listTaskExecutions(app.deps, callerOf(principal), params.id, toPageQuery(query));
      return {
        items: page.items.map(summarizeExecution),
        nextCursor: page.next ? writeCursor(page.next) : null,
        total: page.total,
      };
    },
  );
};

export default executions;

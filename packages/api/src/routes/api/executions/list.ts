import { ExecutionSource, ExecutionStatus, ExecutionSummary, ObjectIdText } from '@mcp-server/shared';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';

import { callerOf } from '../../../http/authenticate.ts';
import { ExecutionCursor, writeCursor } from '../../../http/page-cursor.ts';
import { describeSearch, listQuery, NextCursor, toPageQuery, Total } from '../../../http/page-query.ts';
import { problems } from '../../../http/responses.ts';
import { listOwnExecutions } from '../../../services/executions/list-executions.ts';
import { summarizeExecution } from '../../../services/executions/present-execution.ts';

const list: FastifyPluginAsyncZod = async (app) => {
  app.get(
    '',
    {
      config: { access: 'signed-in', scope: 'tasks:read', ownership: 'own-or-admin' },
      schema: {
        summary: 'List executions',
        description:
          'Without payloads, results and attempts; get a single execution for those. ' +
          describeSearch('`plugin`, `action`, `source`, or as an admin by `status` alone,'),
        tags: ['executions'],
        querystring: z.strictObject({
          ...listQuery(ExecutionCursor),
          status: ExecutionStatus.optional(),
          source: ExecutionSource.optional(),
          taskId: ObjectIdText.optional(),
          redriveId: z.uuid().optional(),
        }),
        response: {
          200: z.object({
            items: z.array(ExecutionSummary),
            nextCursor: NextCursor,
            total: Total,
          }),
          ...problems(),
        },
      },
    },
    async ({ principal, query }) => {
      const page = await listOwnExecutions(app.deps, callerOf(principal), toPageQuery(query));
      return {
        items: page.items.map(summarizeExecution),
        nextCursor: page.next ? writeCursor(page.next) : null,
        total: page.total,
      };
    },
  );
};

export default list;

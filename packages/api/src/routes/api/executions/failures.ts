import { FailureGroup, FailureKind, Instant, Slug } from '@mcp-server/shared';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';

import { callerOf } from '../../../http/authenticate.ts';
import { ExecutionCursor, writeCursor } from '../../../http/page-cursor.ts';
import { NextCursor } from '../../../http/page-query.ts';
import { problems } from '../../../http/responses.ts';
import { listFailures } from '../../../services/executions/list-failures.ts';

const MAX_GROUPS = 100;

const failures: FastifyPluginAsyncZod = async (app) => {
  app.get(
    '/failures',
    {
      config: { access: 'signed-in', scope: 'tasks:read', ownership: 'own-or-admin' },
      schema: {
        summary: 'List failed executions grouped by cause',
        description:
          'Largest group first. A `fingerprint` covers plugin, action, kind of failure and the message without ids, ' +
          'numbers and quoted values; `redrive` accepts it. A page counts the newest 2,000 failures, of any plugin and ' +
          'kind, in the time from `from` to `to`; `nextCursor` continues with earlier ones.',
        tags: ['executions'],
        querystring: z.strictObject({
          plugin: Slug.optional(),
          action: Slug.optional(),
          kind: FailureKind.optional(),
          from: Instant.optional().describe('Failed at or after this time, ISO 8601'),
          to: Instant.optional().describe('Failed at or before this time, ISO 8601'),
          cursor: ExecutionCursor.optional().describe('`nextCursor` of the previous page'),
          limit: z.coerce.number().int().min(1).max(MAX_GROUPS).default(20).describe('Number of groups'),
        }),
        response: {
          200: z.object({ items: z.array(FailureGroup), nextCursor: NextCursor }),
          ...problems(),
        },
      },
    },
    async ({ principal, query: { cursor: after, from: endedFrom, to: endedTo, ...query } }) => {
      const filter = { ...query, endedFrom, endedTo };
      const { items, next } = await listFailures(app.deps, callerOf(principal), { ...filter, after });
      return { items, nextCursor: next ? writeCursor(next) : null };
    },
  );
};

export default failures;

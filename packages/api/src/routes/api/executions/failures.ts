import { FailureGroup, FailureKind, Instant, Slug } from '@mcp-server/shared';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';

import { callerOf } from '../../../http/authenticate.ts';
import { problems } from '../../../http/responses.ts';
import { listFailures } from '../../../services/executions/list-failures.ts';

const MAX_GROUPS = 100;

const failures: FastifyPluginAsyncZod = async (app) => {
  app.get(
    '/failures',
    {
      config: { access: 'signed-in', scope: 'tasks:read' },
      schema: {
        summary: 'Failed executions, grouped by what went wrong',
        description:
          'The largest group first. A `fingerprint` names plugin, action, kind of failure and the message without ids, ' +
          'numbers and quoted values; `redrive` takes it. Of the newest 100,000 failures.',
        tags: ['executions'],
        querystring: z.strictObject({
          plugin: Slug.optional(),
          action: Slug.optional(),
          kind: FailureKind.optional(),
          from: Instant.optional().describe('Failed since, ISO 8601, included'),
          to: Instant.optional().describe('Failed until, ISO 8601, included'),
          limit: z.coerce.number().int().min(1).max(MAX_GROUPS).default(20),
        }),
        response: { 200: z.object({ items: z.array(FailureGroup) }), ...problems(401, 403) },
      },
    },
    async ({ principal, query: { from: endedFrom, to: endedTo, ...query } }) => ({
      items: await listFailures(app.deps, callerOf(principal), { ...query, endedFrom, endedTo }),
    }),
  );
};

export default failures;

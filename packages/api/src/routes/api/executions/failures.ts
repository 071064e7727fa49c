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
        summary: 'List failed executions grouped by cause',
        description:
          'Largest group first. A `fingerprint` covers plugin, action, kind of failure and the message without ids, ' +
          'numbers and quoted values; `redrive` accepts it. Only the newest 100,000 failures are counted.',
        tags: ['executions'],
        querystring: z.strictObject({
          plugin: Slug.optional(),
          action: Slug.optional(),
          kind: FailureKind.optional(),
          from: Instant.optional().describe('Failed at or after this time, ISO 8601'),
          to: Instant.optional().describe('Failed at or before this time, ISO 8601'),
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

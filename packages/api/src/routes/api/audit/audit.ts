import { AuditAction, AuditEvent, AuditOutcome, Instant, ObjectIdText } from '@mcp-server/shared';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';

import { PageCursor, writeCursor } from '../../../http/page-cursor.ts';
import { cursorQuery, describeSearch, NextCursor } from '../../../http/page-query.ts';
import { problems } from '../../../http/responses.ts';
import { listAuditEvents } from '../../../services/audit/audit.ts';
import { presentAudit } from '../../../services/audit/present-audit.ts';

const AuditQuery = z.strictObject({
  ...cursorQuery(PageCursor),
  actor: ObjectIdText.optional().describe('Account that performed the action'),
  action: AuditAction.optional(),
  target: z.string().min(1).max(200).optional(),
  outcome: AuditOutcome.optional(),
  from: Instant.optional().describe('ISO 8601, inclusive'),
  to: Instant.optional().describe('ISO 8601, inclusive'),
});

const audit: FastifyPluginAsyncZod = async (app) => {
  app.get(
    '',
    {
      config: { access: 'admin', scope: 'session', ownership: 'shared' },
      schema: {
        summary: 'List audit events',
        description:
          'Newest first. An event that stays `begun` belongs to a process that died before it finished. ' +
          describeSearch('`action`, `outcome`, or both `actor` and `target`,'),
        tags: ['audit'],
        querystring: AuditQuery,
        response: {
          200: z.object({ items: z.array(AuditEvent), nextCursor: NextCursor }),
          ...problems(),
        },
      },
    },
    async ({ query: { cursor: after, from: createdFrom, to: createdTo, ...query } }) => {
      const { items, next } = await listAuditEvents(app.deps, { ...query, after, createdFrom, createdTo });
      return { items: items.map(presentAudit), nextCursor: next ? writeCursor(next) : null };
    },
  );
};

export default audit;

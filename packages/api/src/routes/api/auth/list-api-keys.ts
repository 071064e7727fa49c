import { ApiKey } from '@mcp-server/shared';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';

import { callerOf } from '../../../http/authenticate.ts';
import { PageCursor, writeCursor } from '../../../http/page-cursor.ts';
import { cursorQuery, NextCursor } from '../../../http/page-query.ts';
import { problems } from '../../../http/responses.ts';
import { listOwnApiKeys, MAX_KEYS } from '../../../services/accounts/api-keys.ts';
import { presentApiKey } from '../../../services/accounts/present-api-key.ts';
import { sessionOf } from '../../../services/principal.ts';

/** One page holds all keys that a user can have, unless the search passes many revoked ones. */
const KeyQuery = z.strictObject({
  ...cursorQuery(PageCursor),
  limit: z.coerce.number().int().min(1).max(MAX_KEYS).default(MAX_KEYS),
});

const listApiKeys: FastifyPluginAsyncZod = async (app) => {
  app.get(
    '/api-keys',
    {
      config: { access: 'signed-in', scope: 'session', ownership: 'own' },
      schema: {
        summary: 'List your API keys, newest first',
        tags: ['auth'],
        querystring: KeyQuery,
        response: {
          200: z.object({ items: z.array(ApiKey), nextCursor: NextCursor }),
          ...problems(),
        },
      },
    },
    async ({ principal, query: { cursor: after, limit } }) => {
      const page = await listOwnApiKeys(app.deps, sessionOf(callerOf(principal)), { after, limit });
      return {
        items: page.items.map(presentApiKey),
        nextCursor: page.next ? writeCursor(page.next) : null,
      };
    },
  );
};

export default listApiKeys;

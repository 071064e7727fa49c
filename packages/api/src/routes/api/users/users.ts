import { ObjectIdText, Role, User, UserChanges, UserStats } from '@mcp-server/shared';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';

import { callerOf } from '../../../http/authenticate.ts';
import { PageCursor, writeCursor } from '../../../http/page-cursor.ts';
import { cursorQuery, describeSearch, NextCursor, Total } from '../../../http/page-query.ts';
import { problems } from '../../../http/responses.ts';
import { presentUser } from '../../../services/accounts/present-user.ts';
import { updateAccount } from '../../../services/accounts/update-account.ts';
import { countAccounts, findVisibleUser, listAccounts } from '../../../services/accounts/users.ts';

const TAGS = ['users'];
const Params = z.object({ id: ObjectIdText });
const YesNo = z.enum(['true', 'false']).transform((text) => text === 'true');

const UserQuery = z.strictObject({
  ...cursorQuery(PageCursor),
  role: Role.optional(),
  isActive: YesNo.optional(),
  q: z.string().trim().min(1).max(254).optional().describe('Prefix of an e-mail or a username'),
  count: YesNo.default(false).describe(
    '`true` adds `total`, which counts every match: slow if there are many',
  ),
});

const UserPage = z.object({
  items: z.array(User),
  nextCursor: NextCursor,
  total: Total,
});

const users: FastifyPluginAsyncZod = async (app) => {
  app.get(
    '',
    {
      config: { access: 'admin', scope: 'users:read', ownership: 'shared' },
      schema: {
        summary: 'List accounts, newest first',
        description: describeSearch('`role`, `isActive`, or a `q` that finds more than 1,000 accounts,'),
        tags: TAGS,
        querystring: UserQuery,
        response: { 200: UserPage, ...problems() },
      },
    },
    async ({ query: { cursor: after, count: withTotal, ...query } }) => {
      const { items, next, total } = await listAccounts(app.deps, { ...query, after, withTotal });
      return { items: items.map(presentUser), nextCursor: next ? writeCursor(next) : null, total };
    },
  );

  app.get(
    '/stats/overview',
    {
      config: { access: 'admin', scope: 'users:read', ownership: 'shared' },
      schema: {
        summary: 'Get account statistics',
        tags: TAGS,
        response: { 200: UserStats, ...problems() },
      },
    },
    async () => countAccounts(app.deps),
  );

  app.get(
    '/:id',
    {
      config: { access: 'signed-in', scope: 'users:read', ownership: 'own-or-admin' },
      schema: {
        summary: 'Get an account: your own, or any account as an admin',
        tags: TAGS,
        params: Params,
        response: { 200: User, ...problems(404) },
      },
    },
    async ({ principal, params }) =>
      presentUser(await findVisibleUser(app.deps, callerOf(principal), params.id)),
  );

  app.put(
    '/:id',
    {
      config: { access: 'signed-in', scope: 'users:write', ownership: 'own-or-admin' },
      schema: {
        summary: 'Update an account: your own e-mail and username, or any field as an admin',
        tags: TAGS,
        params: Params,
        body: UserChanges,
        response: { 200: User, ...problems(404, 409) },
      },
    },
    async ({ principal, params, body }) =>
      presentUser(await updateAccount(app.deps, callerOf(principal), params.id, body)),
  );
};

export default users;

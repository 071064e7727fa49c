import { type ExecutionRecord, listUsers, type Models } from '@mcp-server/shared';
import { buildExecution, buildFailure, openNamespace } from '@mcp-server/testing';
import t from 'tap';

import { listOwnApiKeys } from './accounts/api-keys.ts';
import { listOwnExecutions } from './executions/list-executions.ts';
import { listFailures } from './executions/list-failures.ts';
import type { Page, PageQuery } from './page.ts';
import type { SessionPrincipal } from './principal.ts';

const SEARCHED = 2_000;
const OWNER = '0123456789abcdef01234567';
const OWN = { userId: OWNER, role: 'user', sessionId: 's' } as SessionPrincipal;
const START = 1_700_000_000_000;

/** Reads all pages. */
async function walk<T>(read: (after: PageQuery['after']) => Promise<Page<T>>): Promise<Page<T>[]> {
  const pages: Page<T>[] = [];
  while (pages.length === 0 || pages.at(-1)?.next) pages.push(await read(pages.at(-1)?.next));
  return pages;
}

const itemsOf = <T>(pages: Page<T>[]): T[] => pages.flatMap(({ items }) => items);
const idsOf = (pages: Page<{ _id: string }>[]): string[] => itemsOf(pages).map(({ _id }) => _id);

/** Orders executions as a list does, newest first. */
const inOrder = (one: ExecutionRecord, other: ExecutionRecord): number =>
  other.createdAt.getTime() - one.createdAt.getTime() || (one._id < other._id ? 1 : -1);

/** Stores executions as they are; mongoose would copy thousands of them first. */
async function insert({ ExecutionModel }: Models, executions: ExecutionRecord[]): Promise<void> {
  await ExecutionModel.collection.insertMany(executions as object[]);
}

/** Executions of which few are rare, and of which more than a page searches have one time. */
function buildMany(): ExecutionRecord[] {
  return Array.from({ length: 5_200 }, (_, index) => {
    const isTied = index >= 1_500 && index < 3_700;
    const createdAt = new Date(START + (isTied ? 1_500 : Math.floor(index / 3) * 3));
    return buildExecution({ ownerId: OWNER, createdAt, source: index % 400 === 0 ? 'mcp' : 'execute' });
  });
}

t.test(
  'a filter without an index shows every match once and in order, in pages that may be short',
  async (t) => {
    const { models } = await openNamespace(t);
    const executions = buildMany();
    await insert(models, [...executions, buildExecution()]);
    const rare = executions.filter(({ source }) => source === 'mcp').toSorted(inOrder);

    for (const order of ['newest-first', 'oldest-first'] as const) {
      const page = { limit: 3, order, withTotal: true, source: 'mcp' as const };
      const pages = await walk((after) => listOwnExecutions({ models }, OWN, { ...page, after }));

      const expected = rare.map(({ _id }) => _id);
      t.same(idsOf(pages), order === 'newest-first' ? expected : expected.toReversed(), order);
      t.ok(pages.every(({ items }) => items.length <= 3));
      t.ok(
        pages.every(({ total }) => total === rare.length),
        'the total counts beyond the page',
      );
    }
    const none = await walk((after) =>
      listOwnExecutions({ models }, OWN, {
        limit: 3,
        order: 'newest-first',
        withTotal: false,
        plugin: 'unknown',
        after,
      }),
    );
    t.equal(itemsOf(none).length, 0);
    t.equal(none.length, Math.ceil(executions.length / SEARCHED));
  },
);

t.test('every execution is listed once and in order, however many have one time', async (t) => {
  const { models } = await openNamespace(t);
  const executions = buildMany();
  await insert(models, executions);

  for (const order of ['newest-first', 'oldest-first'] as const) {
    const page = { limit: 100, order, withTotal: false };
    const pages = await walk((after) => listOwnExecutions({ models }, OWN, { ...page, after }));

    const expected = executions.toSorted(inOrder).map(({ _id }) => _id);
    t.same(idsOf(pages), order === 'newest-first' ? expected : expected.toReversed(), order);
    t.equal(pages.length, Math.ceil(executions.length / page.limit));
  }
});

t.test('a span of time limits every page, whatever its cursor says', async (t) => {
  const { models } = await openNamespace(t);
  const executions = buildMany().slice(0, 60);
  await insert(models, executions);
  const [from, to] = [START + 15, START + 30];
  const span = { createdFrom: new Date(from), createdTo: new Date(to) };
  const expected = executions
    .filter(({ createdAt }) => Number(createdAt) >= from && Number(createdAt) <= to)
    .toSorted(inOrder)
    .map(({ _id }) => _id);
  const before = { 'newest-first': START + 60, 'oldest-first': START };

  for (const source of [undefined, 'execute' as const]) {
    for (const order of ['newest-first', 'oldest-first'] as const) {
      const query = { ...span, source, order, withTotal: false };
      const isWanted = (id: string): boolean =>
        source === undefined || executions.find(({ _id }) => _id === id)?.source === source;
      const wanted = expected.filter(isWanted);
      const pages = await walk((after) => listOwnExecutions({ models }, OWN, { ...query, limit: 4, after }));
      t.same(idsOf(pages), order === 'newest-first' ? wanted : wanted.toReversed());

      const after = { createdAt: new Date(before[order]), id: '00000000-0000-4000-8000-000000000000' };
      const whole = await listOwnExecutions({ models }, OWN, { ...query, limit: 100, after });
      t.equal(whole.items.length, wanted.length, 'a cursor before the span begins at the span');
    }
  }
});

t.test('a list works while its index is missing', async (t) => {
  const { models } = await openNamespace(t);
  await models.ExecutionModel.collection.dropIndexes();
  const executions = buildMany().slice(0, 9);
  await insert(models, executions);

  const pages = await walk((after) =>
    listOwnExecutions({ models }, OWN, { limit: 4, order: 'newest-first', withTotal: false, after }),
  );

  t.same(
    idsOf(pages),
    executions.toSorted(inOrder).map(({ _id }) => _id),
  );
});

t.test('failures are counted in pages of as many as a page may search', async (t) => {
  const { models } = await openNamespace(t);
  const failures = Array.from({ length: 4_500 }, (_, index) =>
    buildFailure(index % 2 === 0 ? 'no route' : 'no host', {
      ownerId: OWNER,
      endedAt: new Date(START + Math.floor(index / 7)),
      plugin: index < 10 ? 'old' : 'sample',
    }),
  );
  await insert(models, [...failures, buildFailure('of another', { ownerId: 'f'.repeat(24) })]);

  const pages = await walk((after) => listFailures({ models }, OWN, { after, limit: 20 }));
  const old = await walk((after) => listFailures({ models }, OWN, { after, limit: 20, plugin: 'old' }));

  t.equal(pages.length, 3);
  t.same(
    pages.map(({ items }) => items.reduce((sum, { count }) => sum + count, 0)),
    [2_000, 2_000, 500],
  );
  t.same(pages[0]?.items.map(({ message }) => message).sort(), ['no host', 'no route']);
  t.equal(
    itemsOf(old).reduce((sum, { count }) => sum + count, 0),
    10,
  );
});

t.test('a prefix finds users by either name, newest first, few of them as well as many', async (t) => {
  const { models } = await openNamespace(t);
  const users = Array.from({ length: 1_300 }, (_, index) => ({
    _id: new models.UserModel.base.mongo.ObjectId(),
    email: index < 5 ? `rare-${index}@example.com` : `often-${index}@example.com`,
    username: index === 9 ? 'rare-name' : `user-${index}`,
    passwordHash: '',
    role: index === 3 ? 'admin' : 'user',
    isActive: index !== 4,
    tokenVersion: 0,
    createdAt: new Date(START + index),
    updatedAt: new Date(),
  }));
  await models.UserModel.collection.insertMany(users);
  const read = async (filter: Parameters<typeof listUsers>[1]['filter']) => {
    const { rows } = await listUsers(models.UserModel, { filter, limit: 2_000 });
    return rows.map(({ createdAt }) => createdAt.getTime() - START);
  };

  t.same(await read({ q: 'RARE' }), [4, 3, 2, 1, 0], 'an address in any case, a username in its own');
  t.same(await read({ q: 'rare' }), [9, 4, 3, 2, 1, 0]);
  t.same(await read({ q: 'rare', role: 'user', isActive: true }), [9, 2, 1, 0]);
  t.same(
    await read({ q: 'often' }),
    Array.from({ length: 1_295 }, (_, index) => 1_299 - index),
  );
  const first = await listUsers(models.UserModel, { filter: { q: 'rare' }, limit: 2 });
  const after = { createdAt: new Date(START + 4), id: users[4]?._id.toHexString() ?? '' };
  const second = await listUsers(models.UserModel, { filter: { q: 'rare' }, after, limit: 2 });
  t.same(first.searchedTo, after);
  t.same(
    second.rows.map(({ email }) => email),
    ['rare-3@example.com', 'rare-2@example.com'],
  );
});

t.test('a key is found behind thousands of revoked ones', async (t) => {
  const { models } = await openNamespace(t);
  const keys = Array.from({ length: 2_500 }, (_, index) => ({
    userId: OWNER,
    name: `key ${index}`,
    prefix: `p${index}`,
    keyHash: '',
    lastFour: '',
    scopes: ['mcp'],
    createdAt: new Date(START + index),
    updatedAt: new Date(),
    ...(index === 7 ? {} : { revokedAt: new Date() }),
  }));
  await models.ApiKeyModel.collection.insertMany(keys);

  const pages = await walk((after) => listOwnApiKeys({ models }, OWN, { after, limit: 100 }));

  t.equal(pages.length, 2);
  t.match(itemsOf(pages), [{ name: 'key 7' }]);
});

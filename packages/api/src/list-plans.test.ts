import { readFileSync } from 'node:fs';

import { isWholeMatrix } from '@mcp-server/testing';
import t from 'tap';

import { collectQueries, explain, readIndexFields, type SentQuery } from './testing/explain-queries.ts';
import { insertListed } from './testing/insert-listed.ts';
import { type List, LISTS, TASK_ID } from './testing/list-plans.ts';
import { startTestApp, type TestApp } from './testing/test-app.ts';

/** Filters of a list in the published description: everything but the paging. */
function documentedFilters(path: string): string[] {
  interface Parameter {
    name: string;
    in: string;
  }
  const text = readFileSync(new URL('../../../docs/openapi.json', import.meta.url), 'utf8');
  const { paths } = JSON.parse(text) as { paths: Record<string, { get: { parameters?: Parameter[] } }> };
  const paging = new Set(['limit', 'cursor', 'sort', 'count']);
  return (paths[path.replace(TASK_ID, '{id}')]?.get.parameters ?? [])
    .filter((parameter) => parameter.in === 'query' && !paging.has(parameter.name))
    .map(({ name }) => name);
}

const usedFilters = ({ plans }: List): string[] =>
  Object.keys(plans).flatMap((query) => Array.from(new URLSearchParams(query).keys()));

t.test('every documented filter of every list has its plan tested', async (t) => {
  for (const list of LISTS) {
    t.same(
      new Set(usedFilters(list)),
      new Set(documentedFilters(list.path)),
      `${list.path} as ${list.caller}`,
    );
  }
});

t.test('every page of every list is read in the order of an index', async (t) => {
  const test = await startTestApp(t, { RATE_LIMIT_MAX_REQUESTS: '10000' });
  const admin = await test.signUp('admin', 'admin');
  const mary = await test.signUp('mary');
  await insertListed(test, mary);
  const callers = { admin, user: mary };

  for (const { path, model: name, caller, isSorted = false, plans } of LISTS) {
    const model: Indexed = test.models[name];
    const fields = await readIndexFields(test, model.collection.collectionName);
    const { headers } = callers[caller];
    for (const [filter, index] of Object.entries(plans)) {
      for (const sort of sortsOf(isSorted)) {
        let cursor = '';
        for (const page of ['first page', 'middle page']) {
          const url = `${path}?limit=3${sort}&${filter}${cursor}`;
          const queries = await collectQueries(test.deps, async () => {
            const reply = await test.inject({ url, headers });
            const { nextCursor } = reply.json<{ nextCursor: string | null }>();
            cursor = nextCursor === null ? '' : `&cursor=${nextCursor}`;
          });

          const title = `${path}?${filter}${sort} as ${caller}, ${page}`;
          const explained = await Promise.all(queries.map((query) => explain(test, query)));
          const used = new Set(
            explained.flatMap(({ indexes }) => indexes.map((one) => fields.get(one) ?? one)),
          );
          t.equal(
            [...used].toSorted((one, other) => one.localeCompare(other)).join(' '),
            index,
            `${title} uses its index`,
          );
          const stages = new Set(explained.flatMap((one) => one.stages));
          t.notOk(stages.has('SORT') || stages.has('COLLSCAN'), `${title}: ${[...stages].join(', ')}`);
          t.same(
            queries.flatMap((query) => findFaults(model, query)),
            [],
            `${title} is right on MongoDB`,
          );
          if (cursor === '') break;
        }
      }
    }
  }
});

/** One direction reads the same index as the other. */
function sortsOf(isSorted: boolean): string[] {
  if (!isSorted) return [''];
  return isWholeMatrix ? ['&sort=-createdAt', '&sort=createdAt'] : ['&sort=-createdAt'];
}

type Indexed = Pick<TestApp['models']['UserModel'], 'collection'> & { schema: { indexes: () => unknown } };

/**
 * Finds what MongoDB would refuse, or do by reading and sorting every match. It refuses a hint that names no index, and
 * reads an index in the order of the sort only if that order follows after fields that the filter fixes.
 */
function findFaults(
  model: Indexed,
  { filter, options: { hint = {}, sort = {}, limit = 0 } }: SentQuery,
): string[] {
  const declared = (model.schema.indexes() as [object, { partialFilterExpression?: object }?][]).filter(
    ([key]) => JSON.stringify(key) === JSON.stringify(hint),
  );
  const keys = Object.entries(hint);
  const leading = keys.slice(0, keys.length - Object.keys(sort).length);
  const ordered = keys.slice(leading.length);
  const orders = [ordered, ordered.map(([field, way]) => [field, -way])].map((one) => JSON.stringify(one));
  const partial = Object.entries(declared[0]?.[1]?.partialFilterExpression ?? {});
  const isImplied = ([field, condition]: [string, unknown]): boolean =>
    typeof condition === 'string' ? filter[field] === condition : isFixed(filter[field]);
  const rules: Record<string, boolean> = {
    'the model declares the index once': declared.length === 1,
    'the filter fixes the first fields': leading.every(([field]) => isFixed(filter[field])),
    'the index has the order of the sort': orders.includes(JSON.stringify(Object.entries(sort))),
    'the filter is within a partial index': partial.every(isImplied),
    'the limit is a page': limit > 0 && limit <= 2_000,
  };
  return Object.keys(rules).filter((rule) => rules[rule] === false);
}

/** True for an equality, also with one element of an array. */
const isFixed = (value: unknown): boolean =>
  typeof value === 'string' || Object.keys(value ?? {}).join() === '$all';

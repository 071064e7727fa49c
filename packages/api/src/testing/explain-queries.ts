import type { Models } from '@mcp-server/shared';

interface WithModels {
  models: Models;
}

/** Query that a request sent to a collection for records in an order. */
export interface SentQuery {
  collection: string;
  filter: Record<string, unknown>;
  options: { sort?: Record<string, 1 | -1>; hint?: Record<string, 1 | -1>; limit?: number };
}

/** Collects the sorted queries that `work` sends. */
export async function collectQueries(
  { models }: WithModels,
  work: () => Promise<unknown>,
): Promise<SentQuery[]> {
  const connection = models.ExecutionModel.db;
  const queries: SentQuery[] = [];
  connection.set(
    'debug',
    (collection: string, method: string, filter: SentQuery['filter'], options?: object) => {
      const query = { collection, filter, options: { ...options } as SentQuery['options'] };
      if (method === 'find' && query.options.sort) queries.push(query);
      // An aggregation that sorts would have to be explained in another way.
      if (method === 'aggregate' && JSON.stringify(filter).includes('"$sort"')) {
        throw new Error(`a list of ${collection} is aggregated`);
      }
    },
  );
  await work();
  connection.set('debug', false);
  return queries;
}

/** Reads the fields of every index of a collection, by its name. */
export async function readIndexFields(
  { models }: WithModels,
  collection: string,
): Promise<Map<string, string>> {
  const indexes = await models.UserModel.db.collection(collection).indexes();
  return new Map(indexes.map(({ name = '', key }) => [name, Object.keys(key as object).join(' ')]));
}

/** Kinds of stages of a plan, and the names of the indexes that it reads. */
export async function explain(
  { models }: WithModels,
  { collection, filter, options }: SentQuery,
): Promise<{ stages: string[]; indexes: string[] }> {
  const query = models.UserModel.db.collection(collection).find(filter, options);
  const plan = JSON.stringify(await query.explain('queryPlanner'));
  const all = (name: string) =>
    [...plan.matchAll(new RegExp(`"${name}":"([^"]+)"`, 'g'))].map(([, text]) => text ?? '');
  return { stages: all('stage'), indexes: all('indexName') };
}

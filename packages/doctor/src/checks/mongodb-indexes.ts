import type { Model } from 'mongoose';

import { defineCheck, fail, ok } from '../check.ts';

interface StoredIndex {
  key: Record<string, unknown>;
  unique?: boolean;
  partialFilterExpression?: unknown;
  expireAfterSeconds?: number;
}

/** Describes everything that distinguishes two indexes, except their names. */
const describe = ({ key, unique, partialFilterExpression, expireAfterSeconds }: StoredIndex): string =>
  [
    Object.entries(key)
      .map(([field, order]) => `${field}:${String(order)}`)
      .join(' '),
    ...(unique === true ? ['unique'] : []),
    ...(partialFilterExpression === undefined ? [] : ['partial']),
    ...(expireAfterSeconds === undefined ? [] : [`TTL ${expireAfterSeconds}`]),
  ].join(' ');

/** Lists indexes that the model declares and the collection lacks. */
async function findMissing(model: Model<unknown>): Promise<string[]> {
  const { collectionName } = model.collection;
  const stored = (await model.collection.indexes().catch((error: unknown) => {
    // NamespaceNotFound: the collection has not been created yet.
    if ((error as { code?: number }).code === 26) return [];
    throw error;
  })) as StoredIndex[];
  const existing = new Set(stored.map(describe));
  const declared = model.schema.indexes() as [StoredIndex['key'], Omit<StoredIndex, 'key'>][];
  return declared
    .map(([key, options]) => describe({ ...options, key }))
    .filter((index) => !existing.has(index))
    .map((index) => `${collectionName} (${index})`);
}

const SHOWN = 4;

/** Lists the first few: on a new database all of them are missing. */
const list = (missing: string[]): string =>
  missing.length > SHOWN
    ? `${missing.slice(0, SHOWN).join(', ')} and ${missing.length - SHOWN} more`
    : missing.join(', ');

export default defineCheck({
  needs: ['mongodb'],
  async run({ models }) {
    const all = Object.values(models) as Model<unknown>[];
    const missing = (await Promise.all(all.map(findMissing))).flat();
    if (missing.length === 0) return ok(`all indexes of ${all.length} collections exist`);
    return fail(
      `missing: ${list(missing)}`,
      'start an API process, which creates them; if duplicates prevent that, its log says so',
    );
  },
});

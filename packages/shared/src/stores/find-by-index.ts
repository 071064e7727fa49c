import type { Model, QueryFilter } from 'mongoose';

import type { IndexKey } from '../models/list-index.ts';

const BAD_VALUE = 2;

interface IndexScan {
  conditions: Readonly<Record<string, unknown>>;
  key: IndexKey;
  sort: IndexKey;
  fields?: object;
  skip?: number;
  limit?: number;
}

/**
 * Finds records by an index, in its order or sorted. DocumentDB would rather read everything in the order of the sort
 * than what a more selective index finds, when an index has that order. While the index does not exist, as during its build after an update of the
 * product, the database chooses another way.
 */
export async function findByIndex<Raw, Found>(
  model: Model<Raw>,
  { conditions, key, sort, fields = {}, skip = 0, limit }: IndexScan,
): Promise<Found[]> {
  const query = () => {
    const sorted = model
      .find(conditions as QueryFilter<Raw>, fields)
      .sort(sort)
      .skip(skip)
      .lean<Found[]>();
    // In one batch: a limit is small.
    return limit === undefined ? sorted : sorted.limit(limit).batchSize(limit);
  };
  try {
    return await query().hint(key);
  } catch (error) {
    if (!isMissingIndex(error)) throw error;
    return query();
  }
}

const isMissingIndex = (error: unknown): boolean =>
  (error as { code?: number }).code === BAD_VALUE && /\bhint\b/i.test(String(error));

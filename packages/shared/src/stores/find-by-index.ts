import type { Model, QueryFilter } from 'mongoose';

import type { IndexKey } from '../models/list-index.ts';

const BAD_VALUE = 2;

interface IndexScan {
  conditions: Readonly<Record<string, unknown>>;
  key: IndexKey;
  sort: IndexKey;
  fields: object;
  skip?: number;
  limit: number;
}

/**
 * Finds records in the order of an index. While the index does not exist, as during its build after an update of the
 * product, the database chooses another way.
 */
export async function findByIndex<Raw, Found>(
  model: Model<Raw>,
  { conditions, key, sort, fields, skip = 0, limit }: IndexScan,
): Promise<Found[]> {
  const query = () =>
    model
      .find(conditions as QueryFilter<Raw>, fields)
      .sort(sort)
      .skip(skip)
      .limit(limit)
      // In one batch: the limit is small.
      .batchSize(limit)
      .lean<Found[]>();
  try {
    return await query().hint(key);
  } catch (error) {
    if (!isMissingIndex(error)) throw error;
    return query();
  }
}

const isMissingIndex = (error: unknown): boolean =>
  (error as { code?: number }).code === BAD_VALUE && /\bhint\b/i.test(String(error));

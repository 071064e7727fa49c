import type { Model } from 'mongoose';

import type { ExecutionRecord } from '../schemas/execution.ts';
import { type BulkFilter, toBulkQuery } from './execution-query.ts';

/** Counts matching executions, up to `limit`. */
export async function countMatching(
  model: Model<ExecutionRecord>,
  filter: BulkFilter,
  limit: number,
): Promise<number> {
  return model.countDocuments(toBulkQuery(filter), { limit });
}

/** Lists ids of matching executions after `after`, in the order of ids. */
export async function listMatchingIds(
  model: Model<ExecutionRecord>,
  { filter, after, limit }: { filter: BulkFilter; after: string; limit: number },
): Promise<string[]> {
  const executions = await model
    .find({ $and: [toBulkQuery(filter), { _id: { $gt: after } }] }, { _id: 1 })
    .sort({ _id: 1 })
    .limit(limit)
    .lean<Pick<ExecutionRecord, '_id'>[]>();
  return executions.map(({ _id }) => _id);
}

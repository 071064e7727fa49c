import type { Model } from 'mongoose';

import type { ExecutionRecord } from '../schemas/execution.ts';
import { findByIndex } from './find-by-index.ts';

/** Lists ids of the reruns of an execution, oldest first, at most `limit`. */
export async function listReruns(
  model: Model<ExecutionRecord>,
  { id, limit }: { id: string; limit: number },
): Promise<string[]> {
  const reruns = await findByIndex<ExecutionRecord, Pick<ExecutionRecord, '_id'>>(model, {
    conditions: { rerunOf: id },
    key: { rerunOf: 1 },
    sort: { createdAt: 1, _id: 1 },
    fields: { _id: 1 },
    limit,
  });
  return reruns.map(({ _id }) => _id);
}

/** Finds those of `ids` that have a rerun. Authoritative, while `hasRerun` is a hint that may come late. */
export async function findRerun(
  model: Model<ExecutionRecord>,
  ids: readonly string[],
  by: Pick<ExecutionRecord, 'redriveId'> = {},
): Promise<Set<string>> {
  const reruns = await model
    .find({ rerunOf: { $in: ids.toSorted() }, ...by }, { rerunOf: 1 })
    .lean<Pick<ExecutionRecord, 'rerunOf'>[]>();
  return new Set(reruns.flatMap(({ rerunOf }) => (rerunOf === undefined ? [] : [rerunOf])));
}

/** Marks executions as rerun. */
export async function markRerun(model: Model<ExecutionRecord>, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await model.updateMany(
    { _id: { $in: ids.toSorted() } },
    { $set: { hasRerun: true } },
    { timestamps: false },
  );
}

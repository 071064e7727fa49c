import type { Model } from 'mongoose';

import { isDuplicateKey } from '../connections/mongo-errors.ts';
import { listIndex } from '../models/list-index.ts';
import type { ExecutionRecord } from '../schemas/execution.ts';
import type { RedriveRecord } from '../schemas/redrive.ts';
import { type BulkFilter, toBulkIndex, toBulkQuery } from './execution-query.ts';
import { findByIndex } from './find-by-index.ts';
import type { PagePosition } from './page.ts';
import { conditionsOf, stretchesAfter } from './stretch.ts';

type ExecutionModel = Model<ExecutionRecord>;

/** Counts stop here; more than this is "many". */
const MAX_COUNT = 100_000;
const OLDEST_FIRST = { createdAt: 1, _id: 1 } as const;

/** Counts matching executions, and how many of them are known to have a rerun. */
export async function countRedrivable(
  model: ExecutionModel,
  filter: BulkFilter,
): Promise<{ matched: number; withRerun: number }> {
  const query = toBulkQuery(filter);
  const [matched, withRerun] = await Promise.all([
    model.countDocuments(query, { limit: MAX_COUNT }),
    model.countDocuments({ ...query, hasRerun: true }, { limit: MAX_COUNT }),
  ]);
  return { matched, withRerun };
}

/** Lists the next executions to rerun, oldest first. */
export async function listRedrivable(
  model: ExecutionModel,
  page: {
    filter: BulkFilter;
    /** Include executions that are known to have a rerun. */
    again: boolean;
    /** Owners whose limit is reached. */
    exceptOwners: readonly string[];
    after?: PagePosition | undefined;
    limit: number;
  },
): Promise<ExecutionRecord[]> {
  const conditions = [
    toBulkQuery(page.filter),
    page.again ? {} : { hasRerun: { $exists: false } },
    page.exceptOwners.length === 0 ? {} : { ownerId: { $nin: [...page.exceptOwners] } },
  ];
  const after = page.after && { time: page.after.createdAt, id: page.after.id };
  const key = toBulkIndex(page.filter);
  const parts = await Promise.all(
    stretchesAfter(after, 'oldest-first', {}).map((stretch) => {
      const all = { $and: [...conditions, conditionsOf(stretch, 'createdAt')] };
      if (!key) return model.find(all).sort(OLDEST_FIRST).limit(page.limit).lean<ExecutionRecord[]>();
      const scan = { conditions: all, key, sort: OLDEST_FIRST, limit: page.limit };
      return findByIndex<ExecutionRecord, ExecutionRecord>(model, scan);
    }),
  );
  return parts.flat().slice(0, page.limit);
}

/** Lists the reruns that a redrive has created so far, oldest first. */
export async function listRedriven(
  model: ExecutionModel,
  redriveId: string,
): Promise<Pick<ExecutionRecord, '_id' | 'rerunOf'>[]> {
  return findByIndex(model, {
    conditions: { redriveId },
    key: listIndex(['redriveId']),
    sort: OLDEST_FIRST,
    fields: { rerunOf: 1 },
  });
}

/** Stores the start of a redrive, or resolves to the record of an earlier request for it. */
export async function openRedrive(
  model: Model<RedriveRecord>,
  record: Pick<RedriveRecord, '_id' | 'bodyHash' | 'expiresAt'>,
): Promise<Pick<RedriveRecord, 'bodyHash' | 'answer'>> {
  const earlier = await model.findById(record._id).lean<RedriveRecord>();
  if (earlier) return earlier;
  try {
    await model.create(record);
    return record;
  } catch (error) {
    if (!isDuplicateKey(error, '_id')) throw error;
    return (await model.findById(record._id).lean<RedriveRecord>()) ?? record;
  }
}

/** Stores the response, for a repeat of the request. */
export async function storeRedriveResponse(
  model: Model<RedriveRecord>,
  { id, answer }: { id: string; answer: string },
): Promise<void> {
  await model.updateOne({ _id: id }, { $set: { answer } });
}

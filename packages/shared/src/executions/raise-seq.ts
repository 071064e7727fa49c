import type { Model } from 'mongoose';

import type { ExecutionRecord } from '../schemas/execution.ts';
import { NOW } from './db-time.ts';

/** So many of the newest redeliveries are remembered. */
const MAX_REDELIVERIES = 20;

/**
 * Raised before a new job is added, because the old one ended or was lost; when that was is kept for people who ask
 * why it took so long. Null when the state moved on meanwhile.
 */
export async function raiseSeq<Field extends keyof ExecutionRecord>(
  model: Model<ExecutionRecord>,
  { _id, seq, status, epoch }: Pick<ExecutionRecord, '_id' | 'seq' | 'status' | 'epoch'>,
  projection: Record<Field, 1>,
): Promise<Pick<ExecutionRecord, Field> | null> {
  const next = { $add: ['$seq', 1] };
  const redeliveries = { $concatArrays: [{ $ifNull: ['$redeliveries', []] }, [{ seq: next, at: NOW }]] };
  return model
    .findOneAndUpdate(
      { _id, seq, status, epoch },
      [{ $set: { seq: next, redeliveries: { $slice: [redeliveries, -MAX_REDELIVERIES] }, updatedAt: NOW } }],
      { returnDocument: 'after', updatePipeline: true, timestamps: false, projection },
    )
    .lean<Pick<ExecutionRecord, Field>>();
}

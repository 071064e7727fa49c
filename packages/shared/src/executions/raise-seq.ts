import type { Model } from 'mongoose';

import type { ExecutionRecord } from '../schemas/execution.ts';
import { literal, NOW } from './db-time.ts';

/** Number of the newest redeliveries that are kept. */
const MAX_REDELIVERIES = 20;

/**
 * Raises the seq before a new job is added, because the old job ended or was lost, or because the execution moves to
 * another `pool`. The time is kept to explain delays later. Null when the state has moved on.
 */
export async function raiseSeq<Field extends keyof ExecutionRecord>(
  model: Model<ExecutionRecord>,
  { _id, seq, status, epoch }: Pick<ExecutionRecord, '_id' | 'seq' | 'status' | 'epoch'>,
  projection: Record<Field, 1>,
  pool?: string,
): Promise<Pick<ExecutionRecord, Field> | null> {
  const next = { $add: ['$seq', 1] };
  const redeliveries = { $concatArrays: [{ $ifNull: ['$redeliveries', []] }, [{ seq: next, at: NOW }]] };
  return model
    .findOneAndUpdate(
      { _id, seq, status, epoch },
      [
        {
          $set: {
            seq: next,
            redeliveries: { $slice: [redeliveries, -MAX_REDELIVERIES] },
            updatedAt: NOW,
            ...(pool === undefined ? {} : { pool: literal(pool) }),
          },
        },
      ],
      { returnDocument: 'after', updatePipeline: true, timestamps: false, projection },
    )
    .lean<Pick<ExecutionRecord, Field>>();
}

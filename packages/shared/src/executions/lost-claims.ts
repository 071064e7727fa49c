import type { Model } from 'mongoose';

import { collectionOf } from '../models/collection-of.ts';
import type { ExecutionRecord } from '../schemas/execution.ts';
import { inMs, literal, NOW } from './db-time.ts';

/** A claim of which its process does not know whether it was written, because no reply came. */
export interface LostClaim {
  id: string;
  /** One of these is the lease's token if it was written. */
  tokens: readonly string[];
}

/**
 * Continues a lost claim under a new token, so that an undo which is still under way misses it. Also a lapsed lease that
 * no other process took. Undefined when it was never written, or is over.
 */
export async function resumeClaim(
  model: Model<ExecutionRecord>,
  { id, tokens }: LostClaim,
  { token, leaseMs }: { token: string; leaseMs: number },
): Promise<ExecutionRecord | undefined> {
  const own = await model
    .findOneAndUpdate(
      { _id: id, status: 'running', 'lease.token': { $in: [...tokens] } },
      [{ $set: { 'lease.token': literal(token), 'lease.until': inMs(leaseMs), updatedAt: NOW } }],
      { returnDocument: 'after', updatePipeline: true, timestamps: false },
    )
    .lean<ExecutionRecord>();
  return own ?? undefined;
}

/**
 * Undoes lost claims. Nothing ran under their epochs, so the next claims get the same ones, and neither an attempt nor a
 * crash stays. Harmless for claims that were never written.
 */
export async function undoClaims(model: Model<ExecutionRecord>, claims: readonly LostClaim[]): Promise<void> {
  const attempts = {
    $filter: { input: '$attempts', as: 'attempt', cond: { $ne: ['$$attempt.epoch', '$epoch'] } },
  };
  await collectionOf(model).updateMany(
    {
      _id: { $in: claims.map(({ id }) => id).toSorted() },
      status: 'running',
      'lease.token': { $in: claims.flatMap(({ tokens }) => tokens) },
    },
    [
      { $set: { status: 'queued', epoch: { $subtract: ['$epoch', 1] }, attempts, updatedAt: NOW } },
      { $unset: ['lease'] },
    ],
  );
}

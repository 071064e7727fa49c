import type { Model } from 'mongoose';

import type { ExecutionRecord, ProgressRecord } from '../schemas/execution.ts';
import { inMs, literal } from './db-time.ts';

/** A run whose lease this worker holds, as far as it knows. */
export interface HeldLease {
  id: string;
  token: string;
  /** The newest progress that is not stored yet; stored with the renewal. */
  progress?: ProgressRecord | undefined;
}

export interface BeatReport {
  /** Ids whose lease has another holder, or whose execution has ended or is gone: stop them. */
  lost: string[];
  /** Ids whose cancel flag is set. */
  cancelled: string[];
}

/**
 * One beat for all runs of a process: one update renews every lease that this process still holds (also a past one that
 * no other worker took), one find reads which leases are lost and which runs are to be cancelled.
 */
export async function renewLeases(
  model: Model<ExecutionRecord>,
  held: readonly HeldLease[],
  leaseMs: number,
): Promise<BeatReport> {
  const inOrder = held.toSorted((one, other) => (one.id < other.id ? -1 : 1));
  const ids = inOrder.map(({ id }) => id);
  if (held.length > 0) {
    // Sorted: two batches in different orders can deadlock. One statement per lease: DocumentDB does not know `$$NOW`
    // in a multi-update.
    await model.bulkWrite(
      inOrder.map(({ id, token, progress }) => ({
        updateOne: {
          filter: { _id: id, status: 'running', 'lease.token': token },
          update: [
            { $set: { 'lease.until': inMs(leaseMs), ...(progress ? { progress: literal(progress) } : {}) } },
          ],
        },
      })),
      { ordered: false, timestamps: false },
    );
  }
  const executions = await model
    .find({ _id: { $in: ids } }, { status: 1, cancel: 1, 'lease.token': 1 })
    .lean<Pick<ExecutionRecord, '_id' | 'status' | 'cancel' | 'lease'>[]>();
  const byId = new Map(executions.map((execution) => [execution._id, execution]));
  const lost = held.filter(({ id, token }) => byId.get(id)?.lease?.token !== token).map(({ id }) => id);
  const isLost = new Set(lost);
  return {
    lost,
    cancelled: held.filter(({ id }) => byId.get(id)?.cancel && !isLost.has(id)).map(({ id }) => id),
  };
}

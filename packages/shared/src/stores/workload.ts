import type { Model } from 'mongoose';

import { readDatabaseTime } from '../executions/db-time.ts';
import { type ExecutionRecord, ExecutionStatus } from '../schemas/execution.ts';

/** Accepted work of a pool that no worker has taken. `oldestSeconds`: wait of the oldest. */
export interface Waiting {
  pool: string;
  count: number;
  oldestSeconds: number;
}

/** Number of executions by status, and the waiting work by pool. */
export interface Workload {
  byStatus: Record<ExecutionStatus, number>;
  waiting: Waiting[];
}

/** Work with a later start does not wait until then. */
const dueAt = { $max: ['$createdAt', '$nextAttemptAt'] };

/** Counts executions, ended ones included, so callers should ask rarely. */
export async function readWorkload(model: Model<ExecutionRecord>): Promise<Workload> {
  const [counts, waiting] = await Promise.all([
    Promise.all(
      ExecutionStatus.options.map(
        async (status) => [status, await model.countDocuments({ status })] as const,
      ),
    ),
    readWaiting(model),
  ]);
  return { byStatus: Object.fromEntries(counts) as Workload['byStatus'], waiting };
}

/** Reads the waiting work by pool; the cost grows with the amount that waits. */
export async function readWaiting(model: Model<ExecutionRecord>): Promise<Waiting[]> {
  const [pools, now] = await Promise.all([
    model.aggregate<{ _id: string; count: number; oldestAt: Date }>([
      { $match: { status: 'queued' } },
      { $group: { _id: '$pool', count: { $sum: 1 }, oldestAt: { $min: dueAt } } },
    ]),
    readDatabaseTime(model),
  ]);
  return pools
    .filter(({ _id: pool }) => typeof pool === 'string')
    .map(({ _id: pool, count, oldestAt }) => {
      const waitMs = oldestAt instanceof Date ? now.getTime() - oldestAt.getTime() : 0;
      return { pool, count, oldestSeconds: Math.max(0, waitMs / 1_000) };
    });
}

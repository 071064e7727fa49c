import type { Model } from 'mongoose';

import { readDatabaseTime } from '../executions/clock.ts';
import { type ExecutionRecord, ExecutionStatus } from '../schemas/execution.ts';

/** How much work there is. */
export interface Workload {
  byStatus: Record<ExecutionStatus, number>;
  /** Accepted work that no worker has taken, by pool. `oldestSeconds`: how long the oldest waits. */
  waiting: { pool: string; count: number; oldestSeconds: number }[];
}

/** Counts executions. The ended ones are counted too, so callers ask seldom. */
export async function readWorkload(model: Model<ExecutionRecord>): Promise<Workload> {
  const [counts, pools, now] = await Promise.all([
    Promise.all(
      ExecutionStatus.options.map(
        async (status) => [status, await model.countDocuments({ status })] as const,
      ),
    ),
    model.aggregate<{ _id: string; count: number; oldestAt: Date }>([
      { $match: { status: 'queued' } },
      { $group: { _id: '$pool', count: { $sum: 1 }, oldestAt: { $min: '$createdAt' } } },
    ]),
    readDatabaseTime(model),
  ]);
  return {
    byStatus: Object.fromEntries(counts) as Workload['byStatus'],
    waiting: pools.map(({ _id: pool, count, oldestAt }) => ({
      pool,
      count,
      oldestSeconds: Math.max(0, (now.getTime() - oldestAt.getTime()) / 1_000),
    })),
  };
}

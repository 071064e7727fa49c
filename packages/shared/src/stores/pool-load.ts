import type { Model } from 'mongoose';

import { readDatabaseTime } from '../executions/db-time.ts';
import { type ExecutionRecord, type ExecutionStatus, UNFINISHED_STATUSES } from '../schemas/execution.ts';

const MINUTE_MS = 60_000;

/** Unfinished executions of one pool. `oldestWaitMs`: wait of the oldest one that could start now. */
export interface PoolDepth {
  pool: string;
  byStatus: Partial<Record<ExecutionStatus, number>>;
  oldestWaitMs?: number;
}

export async function countUnfinishedByPool(model: Model<ExecutionRecord>): Promise<PoolDepth[]> {
  const now = await readDatabaseTime(model);
  const [counts, oldest] = await Promise.all([
    model.aggregate<{ _id: { pool: string; status: ExecutionStatus }; count: number }>([
      { $match: { status: { $in: UNFINISHED_STATUSES } } },
      { $group: { _id: { pool: '$pool', status: '$status' }, count: { $sum: 1 } } },
    ]),
    model.aggregate<{ _id: string; at: Date }>([
      // An execution that is not due yet does not wait for a worker.
      {
        $match: {
          status: 'queued',
          $or: [{ nextAttemptAt: null }, { nextAttemptAt: { $lte: now } }],
        },
      },
      { $group: { _id: '$pool', at: { $min: { $ifNull: ['$nextAttemptAt', '$createdAt'] } } } },
    ]),
  ]);
  const pools = new Map<string, PoolDepth>();
  for (const { _id, count } of counts) {
    if (typeof _id.pool !== 'string') continue;
    const depth = pools.get(_id.pool) ?? { pool: _id.pool, byStatus: {} };
    depth.byStatus[_id.status] = count;
    pools.set(_id.pool, depth);
  }
  for (const { _id, at } of oldest) {
    const depth = pools.get(_id);
    if (depth && at instanceof Date) depth.oldestWaitMs = Math.max(0, now.getTime() - at.getTime());
  }
  return [...pools.values()];
}

/** Number of executions of one pool accepted and ended in the last minute. */
export interface PoolFlow {
  pool: string;
  accepted: number;
  ended: number;
}

/** Counts by action, because that is what the indexes serve. */
export async function countInAndOut(
  model: Model<ExecutionRecord>,
  { plugins, actions }: { plugins: string[]; actions: string[] },
): Promise<PoolFlow[]> {
  const since = new Date((await readDatabaseTime(model)).getTime() - MINUTE_MS);
  const count = (times: object) =>
    model.aggregate<{ _id: string; count: number }>([
      { $match: { plugin: { $in: plugins }, action: { $in: actions }, ...times } },
      { $group: { _id: '$pool', count: { $sum: 1 } } },
    ]);
  const [accepted, ended] = await Promise.all([
    count({ createdAt: { $gte: since } }),
    count({ endedAt: { $gte: since } }),
  ]);
  const pools = new Set(
    [...accepted, ...ended].map(({ _id }) => _id).filter((pool) => typeof pool === 'string'),
  );
  const of = (rows: { _id: string; count: number }[], pool: string) =>
    rows.find(({ _id }) => _id === pool)?.count ?? 0;
  return [...pools].map((pool) => ({ pool, accepted: of(accepted, pool), ended: of(ended, pool) }));
}

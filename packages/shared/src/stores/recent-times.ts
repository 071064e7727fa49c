import type { Model } from 'mongoose';

import type { ExecutionRecord } from '../schemas/execution.ts';

/** How long one ended execution waited for its first start, and how long its last attempt ran. Milliseconds. */
export type RecentTime = Pick<ExecutionRecord, 'waitMs' | 'runMs'>;

/** Times of the newest ended executions of an action. By the time of their end, so that a backlog is not read. */
export async function listRecentTimes(
  model: Model<ExecutionRecord>,
  { plugin, action, limit }: { plugin: string; action: string; limit: number },
): Promise<RecentTime[]> {
  return model
    .find({ plugin, action, endedAt: { $gte: new Date(0) } }, { _id: 0, waitMs: 1, runMs: 1 })
    .sort({ endedAt: -1 })
    .limit(limit)
    .lean<RecentTime[]>();
}

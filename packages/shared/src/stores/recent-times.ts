import type { Model } from 'mongoose';

import type { ExecutionRecord } from '../schemas/execution.ts';
import { findByIndex } from './find-by-index.ts';

/** Wait of an ended execution for its first start, and duration of its last attempt, in milliseconds. */
export type RecentTime = Pick<ExecutionRecord, 'waitMs' | 'runMs'>;

/** Lists times of the newest ended executions of an action, by the time of their end, so that a backlog is not read. */
export async function listRecentTimes(
  model: Model<ExecutionRecord>,
  { plugin, action, limit }: { plugin: string; action: string; limit: number },
): Promise<RecentTime[]> {
  return findByIndex(model, {
    conditions: { plugin, action, endedAt: { $gte: new Date(0) }, isCached: null },
    key: { plugin: 1, action: 1, endedAt: -1 },
    sort: { endedAt: -1 },
    fields: { _id: 0, waitMs: 1, runMs: 1 },
    limit,
  });
}

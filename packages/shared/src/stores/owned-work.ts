import type { Model } from 'mongoose';

import { type ExecutionRecord, UNFINISHED_STATUSES } from '../schemas/execution.ts';
import type { TaskRecord } from '../schemas/task.ts';

/** Lists ids of a user's unfinished executions after `after`, in the order of ids. */
export async function listUnfinishedIds(
  model: Model<ExecutionRecord>,
  { ownerId, after, limit }: { ownerId: string; after?: string; limit: number },
): Promise<string[]> {
  const position = after === undefined ? {} : { _id: { $gt: after } };
  const executions = await model
    .find({ ownerId, status: { $in: UNFINISHED_STATUSES }, ...position })
    .select({ _id: 1 })
    .sort({ _id: 1 })
    .limit(limit)
    .lean<{ _id: string }[]>();
  return executions.map(({ _id }) => _id);
}

/** Deletes all tasks of a user. The sweep removes the tickers of their schedules. */
export async function deleteTasksOf(model: Model<TaskRecord>, ownerId: string): Promise<void> {
  await model.deleteMany({ ownerId });
}

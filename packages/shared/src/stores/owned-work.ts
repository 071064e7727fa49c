import type { Model } from 'mongoose';

import { ExecutionStatus, isEnded, type ExecutionRecord } from '../schemas/execution.ts';
import type { TaskRecord } from '../schemas/task.ts';

const UNFINISHED = ExecutionStatus.options.filter((status) => !isEnded(status));

/** Ids of a user's executions that have not ended, in the order of their ids, those after `after`. */
export async function listUnfinishedIds(
  model: Model<ExecutionRecord>,
  { ownerId, after, limit }: { ownerId: string; after?: string; limit: number },
): Promise<string[]> {
  const position = after === undefined ? {} : { _id: { $gt: after } };
  const found = await model
    .find({ ownerId, status: { $in: UNFINISHED }, ...position })
    .select({ _id: 1 })
    .sort({ _id: 1 })
    .limit(limit)
    .lean<{ _id: string }[]>();
  return found.map(({ _id }) => _id);
}

/** The sweep removes the clocks of schedules that go with them. */
export async function deleteTasksOf(model: Model<TaskRecord>, ownerId: string): Promise<void> {
  await model.deleteMany({ ownerId });
}

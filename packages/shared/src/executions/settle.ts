import { Types, type Model } from 'mongoose';

import type { Models } from '../models/models.ts';
import { END_STATUSES, type ExecutionRecord, isEnded } from '../schemas/execution.ts';
import type { TaskRecord } from '../schemas/task.ts';

/**
 * Writes an execution's status onto its task. Guarded so that an older execution never overwrites a newer one. Also
 * repairs a task whose API died before it could point to this execution.
 */
export async function mirrorTask(
  model: Model<TaskRecord>,
  execution: Pick<ExecutionRecord, '_id' | 'taskId' | 'createdAt' | 'status' | 'failure'>,
): Promise<void> {
  if (!execution.taskId) return;
  const { _id: id, createdAt, status, failure } = execution;
  await model.updateOne(
    {
      _id: new Types.ObjectId(execution.taskId),
      $or: [
        // A late update with an earlier status never overwrites an end.
        { lastExecutionId: id, ...(isEnded(status) ? {} : { status: { $nin: END_STATUSES } }) },
        { lastExecutionAt: { $exists: false } },
        { lastExecutionAt: { $lt: createdAt } },
      ],
    },
    {
      $set: {
        lastExecutionId: id,
        lastExecutionAt: createdAt,
        status,
        ...(failure ? { lastFailure: failure } : {}),
      },
      ...(failure ? {} : { $unset: { lastFailure: 1 } }),
    },
  );
}

/** Publishes the end of an execution; may be repeated. */
export type PublishEnd = (execution: ExecutionRecord) => Promise<void>;

/**
 * Step 6, settle: everything that must follow an end, in an order that can be repeated from the start after a crash
 * anywhere. Does nothing for an execution that has not ended. `settle` may batch the last write with others.
 */
export async function settleExecution(
  models: Pick<Models, 'TaskModel' | 'ExecutionModel'>,
  execution: ExecutionRecord,
  publishEnd: PublishEnd,
  settle: (id: string) => Promise<void> = (id) => markSettled(models.ExecutionModel, [id]),
): Promise<void> {
  if (!isEnded(execution.status)) return;
  await mirrorTask(models.TaskModel, execution);
  await publishEnd(execution);
  if (!execution.settledAt) await settle(execution._id);
}

/** Marks executions as settled; harmless to repeat. */
export async function markSettled(model: Model<ExecutionRecord>, ids: readonly string[]): Promise<void> {
  await model.updateMany(
    { _id: { $in: ids } },
    { $set: { settledAt: new Date() }, $unset: { isUnsettled: 1 } },
  );
}

/** Fields of an execution that settling needs. */
type Settled = Pick<ExecutionRecord, '_id' | 'taskId' | 'createdAt' | 'status' | 'failure'>;

/** Settles a batch of executions that ended at once. @throws the first failure; the sweep settles the rest. */
export async function settleExecutions<E extends Settled>(
  models: Pick<Models, 'TaskModel' | 'ExecutionModel'>,
  executions: readonly E[],
  publishEnd: (execution: E) => Promise<void>,
): Promise<void> {
  // A task mirrors its newest execution only; writing the others to the same document would be wasted.
  const newest = new Map<string, E>();
  for (const execution of executions) {
    const { taskId, createdAt } = execution;
    if (taskId === undefined) continue;
    const other = newest.get(taskId);
    if (!other || other.createdAt < createdAt) newest.set(taskId, execution);
  }
  await Promise.all([...newest.values()].map((execution) => mirrorTask(models.TaskModel, execution)));
  await Promise.all(executions.map(publishEnd));
  const ids = executions.map(({ _id }) => _id).toSorted();
  await markSettled(models.ExecutionModel, ids);
}

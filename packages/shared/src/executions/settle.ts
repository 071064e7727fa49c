import { Types, type Model } from 'mongoose';

import type { Models } from '../models/models.ts';
import { END_STATUSES, type ExecutionRecord, isEnded } from '../schemas/execution.ts';
import type { TaskRecord } from '../schemas/task.ts';

/**
 * Writes an execution's status onto its task. Guarded so that an older execution never overwrites a newer one, and a
 * task whose API died before it could point to this execution is mended.
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
        // An end is never overwritten by a late word of what came before it.
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

/** Tells the world that an execution ended; may be repeated. */
export type TellEnded = (execution: ExecutionRecord) => Promise<void>;

/**
 * Step 6, settle: what must follow an end, in an order that can be repeated from the start after a crash anywhere.
 * Does nothing for an execution that has not ended. `settle` may let the last write go with others'.
 */
export async function settleExecution(
  models: Pick<Models, 'TaskModel' | 'ExecutionModel'>,
  execution: ExecutionRecord,
  tellEnded: TellEnded,
  settle: (id: string) => Promise<void> = (id) => markSettled(models.ExecutionModel, [id]),
): Promise<void> {
  if (!isEnded(execution.status)) return;
  await mirrorTask(models.TaskModel, execution);
  await tellEnded(execution);
  if (!execution.settledAt) await settle(execution._id);
}

/** Marks executions as settled; harmless to repeat. */
export async function markSettled(model: Model<ExecutionRecord>, ids: readonly string[]): Promise<void> {
  await model.updateMany(
    { _id: { $in: ids } },
    { $set: { settledAt: new Date() }, $unset: { isUnsettled: 1 } },
  );
}

/** What settling needs of an execution. */
type Settled = Pick<ExecutionRecord, '_id' | 'taskId' | 'createdAt' | 'status' | 'failure'>;

/** The same for a batch that ended at once. @throws the first failure; the sweep settles what is left. */
export async function settleExecutions<E extends Settled>(
  models: Pick<Models, 'TaskModel' | 'ExecutionModel'>,
  executions: readonly E[],
  tellEnded: (execution: E) => Promise<void>,
): Promise<void> {
  // A task shows its newest execution only: the others would write to the same document for nothing.
  const newest = new Map<string, E>();
  for (const execution of executions) {
    const { taskId, createdAt } = execution;
    if (taskId === undefined) continue;
    const other = newest.get(taskId);
    if (!other || other.createdAt < createdAt) newest.set(taskId, execution);
  }
  await Promise.all([...newest.values()].map((execution) => mirrorTask(models.TaskModel, execution)));
  await Promise.all(executions.map(tellEnded));
  const ids = executions.map(({ _id }) => _id).toSorted();
  await markSettled(models.ExecutionModel, ids);
}

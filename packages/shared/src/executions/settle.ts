import { Types, type Model } from 'mongoose';

import type { EventWriter } from '../events/event-writer.ts';
import type { Logger } from '../logger.ts';
import type { Models } from '../models/models.ts';
import { END_STATUSES, type ExecutionRecord, isEnded } from '../schemas/execution.ts';
import type { TaskRecord } from '../schemas/task.ts';
import type { CancelledExecution } from './cancel-many.ts';

const MAX_LOGGED = 10;

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
        { lastExecutionAt: null },
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

/** Fields of an execution that settling needs. */
type Settleable = CancelledExecution;

/** Parts of a process that settling uses. */
export interface SettleDeps {
  models: Pick<Models, 'TaskModel' | 'ExecutionModel'>;
  events: EventWriter;
  logger: Logger;
  /** Publishes the end of an execution to other processes. A hint: those who miss it read the document. */
  publishEnded: (execution: Settleable) => Promise<void>;
  /** Marks executions as settled; by default in one update. */
  markSettled?: (ids: readonly string[]) => Promise<void>;
}

/**
 * Step 6, settle: everything that must follow an end, in an order that can be repeated from the start after a crash
 * anywhere. Executions that have not ended are left alone. Never rejects: the sweep settles what failed here.
 */
export async function settleEnded(deps: SettleDeps, executions: readonly Settleable[]): Promise<void> {
  const { models, events, logger, publishEnded } = deps;
  const mark = deps.markSettled ?? ((ids) => markSettled(models.ExecutionModel, ids));
  const ended = executions.filter(({ status }) => isEnded(status));
  try {
    await Promise.all(newestOfEachTask(ended).map((execution) => mirrorTask(models.TaskModel, execution)));
    for (const execution of ended) events.write(execution as ExecutionRecord);
    await Promise.all(ended.map(publishEnded));
    const unmarked = ended.filter(({ settledAt }) => !settledAt).map(({ _id }) => _id);
    if (unmarked.length > 0) await mark(unmarked.toSorted());
  } catch (err) {
    const executionIds = ended.slice(0, MAX_LOGGED).map(({ _id }) => _id);
    logger.warn({ err, count: ended.length, executionIds }, 'settle failed; leaving it to the sweep');
  }
}

/** A task mirrors its newest execution only; writing the others to the same document would be wasted. */
function newestOfEachTask(executions: readonly Settleable[]): Settleable[] {
  const newest = new Map<string, Settleable>();
  for (const execution of executions) {
    const { taskId, createdAt } = execution;
    if (taskId === undefined) continue;
    const other = newest.get(taskId);
    if (!other || other.createdAt < createdAt) newest.set(taskId, execution);
  }
  return [...newest.values()];
}

/** Marks executions as settled; harmless to repeat. */
export async function markSettled(model: Model<ExecutionRecord>, ids: readonly string[]): Promise<void> {
  await model.updateMany(
    { _id: { $in: ids } },
    { $set: { settledAt: new Date() }, $unset: { isUnsettled: 1 } },
  );
}

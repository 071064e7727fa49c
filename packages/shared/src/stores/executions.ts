import type { Model } from 'mongoose';

import { END_STATUSES, ExecutionStatus, isEnded, type ExecutionRecord } from '../schemas/execution.ts';

type ExecutionModel = Model<ExecutionRecord>;

const UNFINISHED = ExecutionStatus.options.filter((status) => !isEnded(status));

/** Without `ownerId`, whoever owns it: for admins only. */
export async function findExecution(
  model: ExecutionModel,
  { id, ownerId }: { id: string; ownerId?: string },
): Promise<ExecutionRecord | undefined> {
  const filter = { _id: id, ...(ownerId === undefined ? {} : { ownerId }) };
  return (await model.findOne(filter).lean<ExecutionRecord>()) ?? undefined;
}

/** The execution that an owner's idempotency key made, if it made one. */
export async function findByIdempotencyKey(
  model: ExecutionModel,
  { ownerId, idempotencyKey }: { ownerId: string; idempotencyKey: string },
): Promise<ExecutionRecord | undefined> {
  return (await model.findOne({ ownerId, idempotencyKey }).lean<ExecutionRecord>()) ?? undefined;
}

/** The execution that a fire time of a task's schedule made, if it made one. */
export async function findByFireTime(
  model: ExecutionModel,
  { taskId, fireTime }: { taskId: string; fireTime: Date },
): Promise<ExecutionRecord | undefined> {
  return (await model.findOne({ taskId, fireTime }).lean<ExecutionRecord>()) ?? undefined;
}

/** Whether a task has an unfinished execution that is not of this fire time. */
export async function hasOtherUnfinished(
  model: ExecutionModel,
  { taskId, fireTime }: { taskId: string; fireTime: Date },
): Promise<boolean> {
  const filter = { taskId, status: { $in: UNFINISHED }, fireTime: { $ne: fireTime } };
  return (await model.exists(filter)) !== null;
}

/** What a waiting caller is told. `result` is JSON text. */
export type EndedExecution = Pick<ExecutionRecord, '_id' | 'status' | 'result' | 'failure'>;

/** Those of `ids` that have ended. Sorted, because DocumentDB deadlocks on batches in different orders. */
export async function findEnded(model: ExecutionModel, ids: string[]): Promise<EndedExecution[]> {
  return model
    .find({ _id: { $in: ids.toSorted() }, status: { $in: END_STATUSES } })
    .select({ status: 1, result: 1, failure: 1 })
    .lean<EndedExecution[]>();
}

/** Counts unfinished executions, of one owner or of all, and stops counting at `limit`. */
export async function countUnfinished(
  model: ExecutionModel,
  { ownerId, limit }: { ownerId?: string; limit: number },
): Promise<number> {
  const filter = { ...(ownerId === undefined ? {} : { ownerId }), status: { $in: UNFINISHED } };
  return model.countDocuments(filter, { limit });
}

import type { Model } from 'mongoose';

import { collectionOf } from '../models/collection-of.ts';
import { makeReadable } from '../models/readable.ts';
import { END_STATUSES, type ExecutionRecord, UNFINISHED_STATUSES } from '../schemas/execution.ts';

type ExecutionModel = Model<ExecutionRecord>;

/** Finds an execution; without `ownerId` of any owner, for admins only. */
export async function findExecution(
  model: ExecutionModel,
  { id, ownerId }: { id: string; ownerId?: string },
): Promise<ExecutionRecord | undefined> {
  const filter = { _id: id, ...(ownerId === undefined ? {} : { ownerId }) };
  return (await model.findOne(filter).lean<ExecutionRecord>()) ?? undefined;
}

/** Finds the execution that an owner's idempotency key created, if any. */
export async function findByIdempotencyKey(
  model: ExecutionModel,
  { ownerId, idempotencyKey }: { ownerId: string; idempotencyKey: string },
): Promise<ExecutionRecord | undefined> {
  return (await model.findOne({ ownerId, idempotencyKey }).lean<ExecutionRecord>()) ?? undefined;
}

/** More than one only for a client that uses an id again. */
const MAX_OF_CALL = 10;

/** Lists the ids of an owner's executions that an MCP call began. */
export async function listByMcpCall(
  model: ExecutionModel,
  { ownerId, mcpCall }: { ownerId: string; mcpCall: string },
): Promise<string[]> {
  const found = await model
    .find({ mcpCall, ownerId }, { _id: 1 })
    .limit(MAX_OF_CALL)
    .lean<Pick<ExecutionRecord, '_id'>[]>();
  return found.map(({ _id }) => _id);
}

/** Finds the execution that a fire time of a task's schedule created, if any. */
export async function findByFireTime(
  model: ExecutionModel,
  { taskId, fireTime }: { taskId: string; fireTime: Date },
): Promise<ExecutionRecord | undefined> {
  return (await model.findOne({ taskId, fireTime }).lean<ExecutionRecord>()) ?? undefined;
}

/** Counts a task's unfinished executions of other fire times, and stops counting at `limit`. */
export async function countOtherUnfinished(
  model: ExecutionModel,
  { taskId, fireTime, limit }: { taskId: string; fireTime: Date; limit: number },
): Promise<number> {
  const filter = { taskId, status: { $in: UNFINISHED_STATUSES }, fireTime: { $ne: fireTime } };
  return model.countDocuments(filter, { limit });
}

/** Fields of an ended execution for a waiting caller. `result` and `content` are JSON text. */
export type EndedExecution = Pick<
  ExecutionRecord,
  '_id' | 'status' | 'result' | 'content' | 'failure' | 'isCached'
>;

/** An execution that has ended, or that waits for input. */
export type Outcome = EndedExecution & Pick<ExecutionRecord, 'inputs'>;

/**
 * Finds those of `ids` that have ended or ask for input. Sorted, because DocumentDB deadlocks on batches in different
 * orders.
 */
export async function findOutcomes(model: ExecutionModel, ids: string[]): Promise<Outcome[]> {
  return model
    .find({ _id: { $in: ids.toSorted() }, status: { $in: [...END_STATUSES, 'input_required'] } })
    .select({ status: 1, result: 1, content: 1, failure: 1, inputs: 1, isCached: 1 })
    .lean<Outcome[]>();
}

const MCP_TASK_FIELDS = {
  ownerId: 1,
  plugin: 1,
  action: 1,
  status: 1,
  attemptsUsed: 1,
  'policy.retry.attempts': 1,
  nextAttemptAt: 1,
  progress: 1,
  cancel: 1,
  inputs: 1,
  result: 1,
  content: 1,
  failure: 1,
  createdAt: 1,
  updatedAt: 1,
} as const;

/** Fields of an execution that the Model Context Protocol shows. */
export type McpTaskRecord = Pick<
  ExecutionRecord,
  | '_id'
  | 'ownerId'
  | 'plugin'
  | 'action'
  | 'status'
  | 'attemptsUsed'
  | 'nextAttemptAt'
  | 'progress'
  | 'cancel'
  | 'inputs'
  | 'result'
  | 'content'
  | 'failure'
  | 'createdAt'
  | 'updatedAt'
> & { policy: { retry: { attempts: number } } };

/** Finds an owner's execution as an MCP task, without its payload. */
export async function findMcpTask(
  model: ExecutionModel,
  { id, ownerId }: { id: string; ownerId: string },
): Promise<McpTaskRecord | undefined> {
  // The most frequent query of all, so it skips mongoose's work on documents.
  const record = await collectionOf(model).findOne<McpTaskRecord>(
    { _id: id, ownerId },
    { projection: MCP_TASK_FIELDS },
  );
  if (record) makeReadable(model, [record], MCP_TASK_FIELDS);
  return record ?? undefined;
}

/** Counts unfinished executions, of one owner or of all, and stops counting at `limit`. */
export async function countUnfinished(
  model: ExecutionModel,
  { ownerId, limit }: { ownerId?: string; limit: number },
): Promise<number> {
  const filter = { ...(ownerId === undefined ? {} : { ownerId }), status: { $in: UNFINISHED_STATUSES } };
  return model.countDocuments(filter, { limit });
}

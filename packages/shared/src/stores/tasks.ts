import { type Model, type QueryFilter, Types } from 'mongoose';

import { isDatabaseAway, isDuplicateKey } from '../connections/mongo-errors.ts';
import type { TaskRecord } from '../schemas/task.ts';
import {
  afterPosition,
  createdWithin,
  type CreatedSpan,
  type PageOrder,
  type PagePosition,
  pageSort,
} from './page.ts';
import { type Stored, toStored } from './stored.ts';

type TaskModel = Model<TaskRecord>;
type LeanTask = TaskRecord & { _id: Types.ObjectId };

export type TaskInsertion =
  | { kind: 'inserted'; task: Stored<TaskRecord> }
  /** The same idempotency key and body came before: this is the first one's task. */
  | { kind: 'repeated'; task: Stored<TaskRecord> }
  /** The same idempotency key with another body. */
  | { kind: 'conflict' };

/** Inserts a task. A lost reply is answered by sending the same insert once more, under the same `_id`. */
export async function insertTask(
  model: TaskModel,
  task: Omit<TaskRecord, 'createdAt' | 'updatedAt' | 'status'>,
): Promise<TaskInsertion> {
  const _id = new Types.ObjectId();
  for (let isRepeat = false; ; isRepeat = true) {
    try {
      const created = await model.create({ ...task, _id, status: task.nextRunAt ? 'scheduled' : 'pending' });
      return { kind: 'inserted', task: toStored(created.toObject<LeanTask>()) };
    } catch (error) {
      if (isDuplicateKey(error, 'idempotencyKey')) return earlierTask(model, task);
      const arrived = isDuplicateKey(error, '_id') ? await model.findById(_id).lean<LeanTask>() : null;
      if (arrived) return { kind: 'inserted', task: toStored(arrived) };
      if (isRepeat || !isDatabaseAway(error)) throw error;
    }
  }
}

async function earlierTask(
  model: TaskModel,
  { ownerId, idempotencyKey, bodyHash }: Pick<TaskRecord, 'ownerId' | 'idempotencyKey' | 'bodyHash'>,
): Promise<TaskInsertion> {
  const earlier = await model.findOne({ ownerId, idempotencyKey }).lean<LeanTask>();
  return earlier?.bodyHash === bodyHash && earlier
    ? { kind: 'repeated', task: toStored(earlier) }
    : { kind: 'conflict' };
}

/** Without `ownerId`, whoever owns it: for admins only. */
export async function findTask(
  model: TaskModel,
  { id, ownerId }: { id: string; ownerId?: string },
): Promise<Stored<TaskRecord> | undefined> {
  const task = await model
    .findOne({ _id: new Types.ObjectId(id), ...(ownerId === undefined ? {} : { ownerId }) })
    .lean<LeanTask>();
  return task ? toStored(task) : undefined;
}

/** Fields left out do not filter. */
export interface TaskFilter
  extends Partial<Pick<TaskRecord, 'ownerId' | 'status' | 'plugin' | 'action' | 'priority'>>, CreatedSpan {
  /** A task must have all of them. */
  tags?: string[] | undefined;
}

function toQuery({ tags, createdFrom, createdTo, ...fields }: TaskFilter): QueryFilter<TaskRecord> {
  return {
    ...Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)),
    ...(tags === undefined ? {} : { tags: { $all: tags } }),
    ...createdWithin({ createdFrom, createdTo }),
  };
}

/** What a page of tasks is asked by; the bench explains the same query. */
export function toTaskPageQuery(
  filter: TaskFilter,
  after?: PagePosition,
  order?: PageOrder,
): QueryFilter<TaskRecord> {
  const position = after && { createdAt: after.createdAt, id: new Types.ObjectId(after.id) };
  return position ? { $and: [toQuery(filter), afterPosition(position, order)] } : toQuery(filter);
}

/**
 * The index that serves a page. Named, because DocumentDB takes the one of the tags for a filter that has none, and
 * reads everything for a page that only has an order.
 */
export function toTaskPageIndex({ ownerId, status, tags }: TaskFilter): Record<string, 1 | -1> | undefined {
  if (tags !== undefined || (ownerId === undefined && status !== undefined)) return undefined;
  return {
    ...(ownerId === undefined ? {} : { ownerId: 1 }),
    ...(status === undefined ? {} : { status: 1 }),
    createdAt: -1,
    _id: -1,
  };
}

/** Newest first, unless asked otherwise. */
export async function listTasks(
  model: TaskModel,
  page: { filter: TaskFilter; after?: PagePosition; limit: number; order?: PageOrder },
): Promise<Stored<TaskRecord>[]> {
  const query = model
    .find(toTaskPageQuery(page.filter, page.after, page.order))
    .sort(pageSort(page.order))
    .limit(page.limit);
  const index = toTaskPageIndex(page.filter);
  const tasks = await (index ? query.hint(index) : query).lean<LeanTask[]>();
  return tasks.map(toStored);
}

export async function countTasks(model: TaskModel, filter: TaskFilter): Promise<number> {
  return model.countDocuments(toQuery(filter));
}

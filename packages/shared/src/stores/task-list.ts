import { type Model, type QueryFilter, Types } from 'mongoose';

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

/** Filter for tasks; absent fields do not filter. */
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

/** Builds the query for a page of tasks; the bench explains the same query. */
export function toTaskPageQuery(
  filter: TaskFilter,
  after?: PagePosition,
  order?: PageOrder,
): QueryFilter<TaskRecord> {
  const position = after && { createdAt: after.createdAt, id: new Types.ObjectId(after.id) };
  return position ? { $and: [toQuery(filter), afterPosition(position, order)] } : toQuery(filter);
}

/**
 * Index hint for a page. Needed because DocumentDB chooses the index of the tags for a filter without tags, and reads
 * everything for a page that only has an order.
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

export interface TaskPage {
  filter: TaskFilter;
  after?: PagePosition;
  limit: number;
  order?: PageOrder;
}

/** Lists tasks, newest first unless asked otherwise. */
export async function listTasks(model: TaskModel, page: TaskPage): Promise<Stored<TaskRecord>[]> {
  const { after, limit, order } = page;
  const createdFrom = page.filter.createdFrom ?? (await findFloor(model, page));
  const filter = { ...page.filter, createdFrom };
  const query = model
    .find(toTaskPageQuery(filter, after, order))
    .sort(pageSort(order))
    .limit(limit);
  const index = toTaskPageIndex(filter);
  const tasks = await (index ? query.hint(index) : query).lean<LeanTask[]>();
  return tasks.map(toStored);
}

/**
 * Lower bound for `createdAt` on a page of all users' tasks. DocumentDB sorts everything that a query matches, but
 * walks `_id` in order, which is nearly the order of creation. At least `limit` candidates are as new as the bound,
 * whatever the clocks did, so no task on the page is older. Undefined: no bound is known.
 */
async function findFloor(
  model: TaskModel,
  { filter, after, limit, order }: TaskPage,
): Promise<Date | undefined> {
  const isFiltered = Object.values(filter).some((value) => value !== undefined);
  if (isFiltered || order === 'oldest-first') return undefined;
  const newest = await model
    .find(after ? { _id: { $lt: new Types.ObjectId(after.id) }, createdAt: { $lte: after.createdAt } } : {}, {
      createdAt: 1,
    })
    .sort({ _id: -1 })
    .limit(limit)
    .hint({ _id: 1 })
    .lean<Pick<LeanTask, 'createdAt'>[]>();
  if (newest.length < limit) return undefined;
  return new Date(Math.min(...newest.map(({ createdAt }) => createdAt.getTime())));
}

export async function countTasks(model: TaskModel, filter: TaskFilter): Promise<number> {
  return model.countDocuments(toQuery(filter));
}

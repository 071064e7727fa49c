import type { Model, QueryFilter, Types } from 'mongoose';

import type { TaskRecord } from '../schemas/task.ts';
import { createdWithin, type CreatedSpan, type PageRequest, type PageRows } from './page.ts';
import { chooseIndex, type List, readPage } from './read-page.ts';
import { type Stored, toStored } from './stored.ts';

type TaskModel = Model<TaskRecord>;
type LeanTask = TaskRecord & { _id: Types.ObjectId };

/** Filter for tasks; absent fields do not filter. */
export interface TaskFilter
  extends Partial<Pick<TaskRecord, 'ownerId' | 'status' | 'plugin' | 'action' | 'priority'>>, CreatedSpan {
  /** A task must have all of them. */
  tags?: string[] | undefined;
}

/** Leading fields of the indexes of the list, the narrowest first. */
const INDEXES = [['ownerId', 'tags'], ['ownerId', 'status'], ['ownerId']] as const;

/** An index finds the tasks of one tag; the other tags are compared. */
function toList({ tags, createdFrom, createdTo, ...fields }: TaskFilter): List {
  const [tag] = tags ?? [];
  const { index, where, rest } = chooseIndex({ ...fields, tags: tag }, INDEXES);
  const isWhole = tags === undefined || (tags.length === 1 && index.includes('tags'));
  const others = { ...rest, ...(isWhole ? {} : { tags: { $all: tags } }) };
  const hasOthers = Object.keys(others).length > 0;
  return { index, where, ...(hasOthers ? { rest: others } : {}), span: { from: createdFrom, to: createdTo } };
}

/** Lists tasks, newest first unless asked otherwise. */
export async function listTasks(
  model: TaskModel,
  { filter, ...page }: PageRequest & { filter: TaskFilter },
): Promise<PageRows<Stored<TaskRecord>>> {
  const { rows, ...searched } = await readPage<TaskRecord, LeanTask>(model, toList(filter), page);
  return { rows: rows.map(toStored), ...searched };
}

/** Counts matching tasks; reads all of them. */
export async function countTasks(
  model: TaskModel,
  { tags, createdFrom, createdTo, ...fields }: TaskFilter,
): Promise<number> {
  const query: QueryFilter<TaskRecord> = {
    ...Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)),
    ...(tags === undefined ? {} : { tags: { $all: tags } }),
    ...createdWithin({ createdFrom, createdTo }),
  };
  return model.countDocuments(query);
}

import {
  countTasks,
  listTasks,
  type Models,
  type PagePosition,
  type Stored,
  type TaskFilter,
  type TaskRecord,
} from '@mcp-server/shared';

import { type Principal, visibleTo } from './principal.ts';

export interface TaskQuery extends Omit<TaskFilter, 'ownerId'> {
  after?: PagePosition | undefined;
  limit: number;
  withTotal: boolean;
}

export interface Page<T> {
  items: T[];
  /** Where the next page begins; undefined on the last one. */
  next?: PagePosition;
  total?: number;
}

/** The caller's tasks, newest first. */
export async function listOwnTasks(
  { models }: { models: Models },
  principal: Principal,
  { after, limit, withTotal, ...fields }: TaskQuery,
): Promise<Page<Stored<TaskRecord>>> {
  const filter: TaskFilter = { ...fields, ...visibleTo(principal) };
  // One more than asked for tells whether there is a next page.
  const [found, total] = await Promise.all([
    listTasks(models.TaskModel, { filter, limit: limit + 1, ...(after ? { after } : {}) }),
    withTotal ? countTasks(models.TaskModel, filter) : undefined,
  ]);
  const items = found.slice(0, limit);
  const last = items.at(-1);
  return {
    items,
    ...(found.length > limit && last ? { next: { createdAt: last.createdAt, id: last.id } } : {}),
    ...(total === undefined ? {} : { total }),
  };
}

import {
  countTasks,
  listTasks,
  type Models,
  type Stored,
  type TaskFilter,
  type TaskRecord,
} from '@mcp-server/shared';

import { cutPage, type Page, type PageQuery } from '../page.ts';
import { type Principal, visibleTo } from '../principal.ts';

/** Lists the caller's tasks. */
export async function listOwnTasks(
  { models }: { models: Models },
  principal: Principal,
  { after, limit, order, withTotal, ...fields }: PageQuery & Omit<TaskFilter, 'ownerId'>,
): Promise<Page<Stored<TaskRecord>>> {
  const filter: TaskFilter = { ...fields, ...visibleTo(principal) };
  const [tasks, total] = await Promise.all([
    listTasks(models.TaskModel, { filter, order, limit: limit + 1, after }),
    withTotal ? countTasks(models.TaskModel, filter) : undefined,
  ]);
  return { ...cutPage(tasks, limit, order), ...(total === undefined ? {} : { total }) };
}

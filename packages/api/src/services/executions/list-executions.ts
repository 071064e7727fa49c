import {
  countExecutions,
  type ExecutionFilter,
  listExecutions,
  type ListedExecution,
  type Models,
} from '@mcp-server/shared';

import { cutPage } from '../page.ts';
import { type Principal, visibleTo } from '../principal.ts';
import { findOwnTask } from '../tasks/find-task.ts';
import type { Page, PageQuery } from '../tasks/list-tasks.ts';

/** The caller's executions. */
export async function listOwnExecutions(
  { models }: { models: Models },
  principal: Principal,
  { after, limit, order, withTotal, ...fields }: PageQuery & Omit<ExecutionFilter, 'ownerId'>,
): Promise<Page<ListedExecution>> {
  const filter: ExecutionFilter = { ...fields, ...visibleTo(principal) };
  const [found, total] = await Promise.all([
    listExecutions(models.ExecutionModel, { filter, order, limit: limit + 1, ...(after ? { after } : {}) }),
    withTotal ? countExecutions(models.ExecutionModel, filter) : undefined,
  ]);
  return { ...cutPage(found.map(place), limit), ...(total === undefined ? {} : { total }) };
}

/** A page goes on after an id, whatever the record calls it. */
const place = (execution: ListedExecution) => ({ ...execution, id: execution._id });

/** The executions of the caller's task. @throws {errors.NotFound} */
export async function listTaskExecutions(
  deps: { models: Models },
  principal: Principal,
  taskId: string,
  query: PageQuery & Pick<ExecutionFilter, 'status'>,
): Promise<Page<ListedExecution>> {
  await findOwnTask(deps, principal, taskId);
  return listOwnExecutions(deps, principal, { ...query, taskId });
}

import {
  countExecutions,
  type ExecutionFilter,
  listExecutions,
  type ListedExecution,
  type Models,
} from '@mcp-server/shared';

import { cutPage, type Page, type PageQuery } from '../page.ts';
import { type Principal, visibleTo } from '../principal.ts';

/** Lists the caller's executions. */
export async function listOwnExecutions(
  { models }: { models: Models },
  principal: Principal,
  { after, limit, order, withTotal, ...fields }: PageQuery & Omit<ExecutionFilter, 'ownerId'>,
): Promise<Page<ListedExecution>> {
  const filter: ExecutionFilter = { ...fields, ...visibleTo(principal) };
  const [{ rows, ...searched }, total] = await Promise.all([
    listExecutions(models.ExecutionModel, { filter, order, limit: limit + 1, after }),
    withTotal ? countExecutions(models.ExecutionModel, filter) : undefined,
  ]);
  return {
    ...cutPage({ rows: rows.map(place), ...searched }, limit, order),
    ...(total === undefined ? {} : { total }),
  };
}

/** Paging continues after an `id`, which is `_id` in the record. */
const place = (execution: ListedExecution) => ({ ...execution, id: execution._id });

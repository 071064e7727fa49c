import type { ExecutionFilter, ListedExecution, Models } from '@mcp-server/shared';

import { listOwnExecutions } from '../executions/list-executions.ts';
import type { Page, PageQuery } from '../page.ts';
import type { Principal } from '../principal.ts';
import { findOwnTask } from './find-task.ts';

/** Lists the executions of the caller's task. @throws {errors.NotFound} */
export async function listTaskExecutions(
  deps: { models: Models },
  principal: Principal,
  taskId: string,
  query: PageQuery & Pick<ExecutionFilter, 'status'>,
): Promise<Page<ListedExecution>> {
  await findOwnTask(deps, principal, taskId);
  return listOwnExecutions(deps, principal, { ...query, taskId });
}

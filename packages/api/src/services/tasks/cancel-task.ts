import { listUnfinishedOfTask } from '@mcp-server/shared';

import { type CancelDeps, cancelOwnExecution } from '../executions/cancel-execution.ts';
import type { Principal } from '../principal.ts';
import { findOwnTask } from './find-task.ts';

const PAGE_SIZE = 100;

export interface TaskCancel {
  /** Executions that never run (again). */
  cancelled: number;
  /** Executions that are running and being stopped. */
  requested: number;
}

/** Cancels the unfinished executions of the caller's task. Its schedule continues. @throws {errors.NotFound} */
export async function cancelTask(deps: CancelDeps, principal: Principal, id: string): Promise<TaskCancel> {
  await findOwnTask(deps, principal, id);
  return cancelTaskWork(deps, principal, id);
}

/** Cancels them for a task that may already be gone. */
export async function cancelTaskWork(
  deps: CancelDeps,
  principal: Principal,
  taskId: string,
): Promise<TaskCancel> {
  const count = { cancelled: 0, requested: 0, ended: 0 };
  const handledIds: string[] = [];
  for (;;) {
    const page = { taskId, except: handledIds, limit: PAGE_SIZE };
    const ids = await listUnfinishedOfTask(deps.models.ExecutionModel, page);
    for (const id of ids) count[(await cancelOwnExecution(deps, principal, id)).outcome] += 1;
    // Running executions stay unfinished for a while; they must not be asked again.
    handledIds.push(...ids);
    if (ids.length < PAGE_SIZE) return { cancelled: count.cancelled, requested: count.requested };
  }
}

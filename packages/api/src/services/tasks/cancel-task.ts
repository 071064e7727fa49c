import { listUnfinishedOfTask } from '@mcp-server/shared';

import { type CancelDeps, cancelOwnExecution } from '../executions/cancel-execution.ts';
import type { Principal } from '../principal.ts';
import { findOwnTask } from './find-task.ts';

const PAGE_SIZE = 100;

export interface TaskCancel {
  /** Executions that never run (again). */
  cancelled: number;
  /** Executions that run and are being stopped. */
  requested: number;
}

/** Cancels what is unfinished of the caller's task. Its schedule goes on. @throws {errors.NotFound} */
export async function cancelTask(deps: CancelDeps, principal: Principal, id: string): Promise<TaskCancel> {
  await findOwnTask(deps, principal, id);
  return cancelTaskWork(deps, principal, id);
}

/** The same, for a task that may be gone already. */
export async function cancelTaskWork(
  deps: CancelDeps,
  principal: Principal,
  taskId: string,
): Promise<TaskCancel> {
  const count = { cancelled: 0, requested: 0, ended: 0 };
  const asked: string[] = [];
  for (;;) {
    const page = { taskId, except: asked, limit: PAGE_SIZE };
    const ids = await listUnfinishedOfTask(deps.models.ExecutionModel, page);
    for (const id of ids) count[(await cancelOwnExecution(deps, principal, id)).outcome] += 1;
    // What runs stays unfinished for a while: it must not be asked again and again.
    asked.push(...ids);
    if (ids.length < PAGE_SIZE) return { cancelled: count.cancelled, requested: count.requested };
  }
}

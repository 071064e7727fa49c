import { deleteTask, updateTask } from '@mcp-server/shared';

import type { ScheduleTickers } from '../../redis/schedule-tickers.ts';
import type { CancelDeps } from '../executions/cancel-execution.ts';
import type { Principal } from '../principal.ts';
import { cancelTaskWork } from './cancel-task.ts';
import { findOwnTask } from './find-task.ts';

/**
 * Removes the caller's task: its schedule stops, its unfinished work is cancelled, then it goes. Its executions stay
 * until they expire. @throws {errors.NotFound}
 */
export async function deleteOwnTask(
  deps: CancelDeps & { tickers: ScheduleTickers },
  principal: Principal,
  id: string,
): Promise<void> {
  const { TaskModel } = deps.models;
  const task = await findOwnTask(deps, principal, id);
  await updateTask(TaskModel, task, {
    update: {},
    scheduling: { schedule: undefined, nextRunAt: undefined },
  });
  await deps.tickers.follow({ id });
  await cancelTaskWork(deps, principal, id);
  await deleteTask(TaskModel, id);
  // Work that was accepted between the two.
  await cancelTaskWork(deps, principal, id);
}

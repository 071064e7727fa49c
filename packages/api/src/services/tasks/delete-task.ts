import { deleteTask, updateTask } from '@mcp-server/shared';

import type { ScheduleTickers } from '../../redis/schedule-tickers.ts';
import type { CancelDeps } from '../executions/cancel-execution.ts';
import type { Principal } from '../principal.ts';
import { cancelTaskWork } from './cancel-task.ts';
import { findOwnTask } from './find-task.ts';

/**
 * Deletes the caller's task: its schedule stops, its unfinished executions are cancelled, then the record is deleted. Its
 * executions are kept until they expire. @throws {errors.NotFound}
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
  // Executions that were accepted in between.
  await cancelTaskWork(deps, principal, id);
}

import { errors, findTask, type Models, type Stored, type TaskRecord } from '@mcp-server/shared';

import { type Principal, visibleTo } from '../principal.ts';

/** Finds the caller's task; those of others are not found either. @throws {errors.NotFound} */
export async function findOwnTask(
  { models }: { models: Models },
  principal: Principal,
  id: string,
): Promise<Stored<TaskRecord>> {
  const task = await findTask(models.TaskModel, { id, ...visibleTo(principal) });
  if (!task) throw new errors.NotFound('task');
  return task;
}

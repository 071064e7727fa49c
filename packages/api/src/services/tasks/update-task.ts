import {
  type Catalogue,
  checkPayload,
  type JsonValue,
  type Models,
  type Stored,
  type TaskChanges,
  type TaskRecord,
  updateTask,
} from '@mcp-server/shared';

import type { ScheduleTickers } from '../../redis/schedule-tickers.ts';
import type { Principal } from '../principal.ts';
import { findOwnTask } from './find-task.ts';
import { startSchedule } from './start-schedule.ts';

interface UpdateDeps {
  config: { MAX_PAYLOAD_BYTES: number };
  models: Models;
  catalogue: Catalogue;
  tickers: ScheduleTickers;
}

/**
 * Updates the caller's task; executions that were already accepted are not affected.
 * @throws {errors.NotFound} {errors.UnknownPlugin} {errors.UnknownAction} {errors.PayloadTooLarge}
 * {errors.InvalidPayload} {errors.InvalidRequest}
 */
export async function updateOwnTask(
  deps: UpdateDeps,
  principal: Principal,
  id: string,
  { schedule, ...changes }: TaskChanges,
): Promise<Stored<TaskRecord>> {
  const scheduling = schedule
    ? await startSchedule(deps, schedule)
    : schedule === null && { schedule: undefined, nextRunAt: undefined };
  for (;;) {
    const task = await findOwnTask(deps, principal, id);
    const update = { ...changes, payload: await recheckPayload(deps, task, changes) };
    const updatedTask = await updateTask(deps.models.TaskModel, task, {
      update,
      ...(scheduling ? { scheduling } : {}),
    });
    // Nothing matched: another request changed the action or payload in between, so the check is void.
    if (!updatedTask) continue;
    if (scheduling) await deps.tickers.follow(updatedTask);
    return updatedTask;
  }
}

/** Checks the payload if it or its action changes, and returns it as it is stored. */
async function recheckPayload(
  { catalogue, config }: UpdateDeps,
  task: Stored<TaskRecord>,
  changes: Omit<TaskChanges, 'schedule'>,
): Promise<string | undefined> {
  const { plugin = task.plugin, action = task.action } = changes;
  const isSame = changes.payload === undefined && plugin === task.plugin && action === task.action;
  if (isSame) return undefined;
  const payload = changes.payload ?? (JSON.parse(task.payload) as JsonValue);
  return checkPayload(
    await catalogue.find(plugin, action),
    { plugin, action, payload },
    config.MAX_PAYLOAD_BYTES,
  ).text;
}

import {
  type Catalogue,
  checkPayload,
  errors,
  type Idempotency,
  insertTask,
  type Models,
  type Stored,
  type TaskInput,
  type TaskRecord,
} from '@mcp-server/shared';

import type { ScheduleTickers } from '../../redis/schedule-tickers.ts';
import { startSchedule } from './start-schedule.ts';

interface CreateDeps {
  config: { MAX_PAYLOAD_BYTES: number };
  models: Models;
  catalogue: Catalogue;
  tickers: ScheduleTickers;
}

/**
 * Stores a task and sets its ticker if it has a schedule. It is validated now as its executions will be, so that
 * mistakes show at once.
 * @throws {errors.UnknownPlugin} {errors.UnknownAction} {errors.PayloadTooLarge} {errors.InvalidPayload}
 * {errors.IdempotencyConflict} {errors.InvalidRequest}
 */
export async function createTask(
  deps: CreateDeps,
  ownerId: string,
  { idempotency, schedule, ...input }: TaskInput & { idempotency?: Idempotency | undefined },
): Promise<{ task: Stored<TaskRecord>; isRepeat: boolean }> {
  const target = await deps.catalogue.find(input.plugin, input.action);
  const { text: payload } = checkPayload(target, input, deps.config.MAX_PAYLOAD_BYTES);
  const startedSchedule = schedule && { ...(await startSchedule(deps, schedule)), scheduleRevision: 1 };
  const record = { ...input, ...startedSchedule, ...idempotency, ownerId, payload };
  const insertion = await insertTask(deps.models.TaskModel, record);
  if (insertion.kind === 'conflict') throw new errors.IdempotencyConflict();
  if (schedule) await deps.tickers.follow(insertion.task);
  return { task: insertion.task, isRepeat: insertion.kind === 'repeated' };
}

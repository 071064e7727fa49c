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

/**
 * Stores a task. It is checked now as its executions will be, so that a mistake shows when it is made.
 * @throws {errors.UnknownPlugin} {errors.UnknownAction} {errors.PayloadTooLarge} {errors.InvalidPayload}
 * {errors.IdempotencyConflict}
 */
export async function makeTask(
  deps: { config: { MAX_PAYLOAD_BYTES: number }; models: Models; catalogue: Catalogue },
  ownerId: string,
  { idempotency, ...input }: TaskInput & { idempotency?: Idempotency | undefined },
): Promise<{ task: Stored<TaskRecord>; isRepeat: boolean }> {
  const known = await deps.catalogue.find(input.plugin, input.action);
  const payload = checkPayload(known, input, deps.config.MAX_PAYLOAD_BYTES);
  const insertion = await insertTask(deps.models.TaskModel, { ...input, ...idempotency, ownerId, payload });
  if (insertion.kind === 'conflict') throw new errors.IdempotencyConflict();
  return { task: insertion.task, isRepeat: insertion.kind === 'repeated' };
}

import {
  errors,
  findExecution,
  type Idempotency,
  type JsonValue,
  type SubmitDeps,
  submitExecution,
  type Submitted,
} from '@mcp-server/shared';

import type { Principal } from './principal.ts';

interface RerunRequest {
  id: string;
  /** In place of the first one's. */
  payload: JsonValue | undefined;
  idempotency: Idempotency | undefined;
  requestId: string;
}

/**
 * Does it again: a new execution, linked to the first. Only the caller's own, also for admins: nobody sends a changed
 * payload in another's name. @throws {errors.NotFound} and what `submitExecution` throws
 */
export async function rerunExecution(
  deps: SubmitDeps,
  { userId }: Principal,
  { id, payload, ...request }: RerunRequest,
): Promise<Submitted> {
  const first = await findExecution(deps.models.ExecutionModel, { id, ownerId: userId });
  if (!first) throw new errors.NotFound('execution');
  const { taskId, source, plugin, action, priority, policy } = first;
  return submitExecution(deps, {
    ...request,
    ownerId: userId,
    ...(taskId === undefined ? {} : { taskId }),
    rerunOf: id,
    // A schedule's execution is told by its fire time, which this one has not.
    source: source === 'schedule' ? 'task' : source,
    plugin,
    action,
    payload: payload ?? (JSON.parse(first.payload) as JsonValue),
    priority,
    retry: policy.retry,
    timeoutMs: policy.timeoutMs,
  });
}

import {
  type ExecutionRecord,
  type Idempotency,
  type JsonValue,
  markRerun,
  type SubmitDeps,
  type Submission,
  submitExecution,
  type Submitted,
} from '@mcp-server/shared';

import { type AuditCaller, audited, type AuditDeps } from '../audit/audit.ts';
import { findOwnExecution } from './find-execution.ts';

interface RerunRequest {
  id: string;
  /** In place of the first one's. */
  payload: JsonValue | undefined;
  idempotency: Idempotency | undefined;
  requestId: string;
}

export type RerunDeps = SubmitDeps & AuditDeps;

/**
 * Does it again: a new execution, linked to the first, of the first one's owner. An admin may do so for another, as
 * with tasks; the audit then says who it was.
 * @throws {errors.NotFound} and what `submitExecution` throws
 */
export async function rerunExecution(
  deps: RerunDeps,
  caller: AuditCaller,
  { id, payload, ...request }: RerunRequest,
): Promise<Submitted> {
  const first = await findOwnExecution(deps, caller.principal, id);
  const submit = async () => {
    const submitted = await submitExecution(deps, { ...toRerun(first, payload), ...request });
    await noteRerun(deps, [id]);
    return submitted;
  };
  if (first.ownerId === caller.principal.userId) return submit();
  const details = { ownerId: first.ownerId, isPayloadEdited: payload !== undefined };
  return audited(deps, caller, { action: 'execution.rerun', target: id, details }, async (note) => {
    const submitted = await submit();
    note({ executionId: submitted.execution._id });
    return submitted;
  });
}

/** What doing it again asks for. */
export function toRerun(first: ExecutionRecord, payload?: JsonValue): Submission {
  const { _id: rerunOf, ownerId, taskId, source, plugin, action, priority, policy } = first;
  return {
    ownerId,
    ...(taskId === undefined ? {} : { taskId }),
    rerunOf,
    // A schedule's execution is told by its fire time, which this one has not.
    source: source === 'schedule' ? 'task' : source,
    plugin,
    action,
    payload: payload ?? (JSON.parse(first.payload) as JsonValue),
    priority,
    retry: policy.retry,
    timeoutMs: policy.timeoutMs,
  };
}

/** A hint, so it may fail: whoever looks for what was not done again asks for reruns too. */
export async function noteRerun({ models, logger }: AuditDeps, ids: readonly string[]): Promise<void> {
  await markRerun(models.ExecutionModel, ids).catch((err: unknown) => {
    logger.warn({ err }, 'hint that executions were done again not written');
  });
}

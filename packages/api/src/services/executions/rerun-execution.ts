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
  /** Replaces the original payload. */
  payload: JsonValue | undefined;
  idempotency: Idempotency | undefined;
  requestId: string;
}

export type RerunDeps = SubmitDeps & AuditDeps;

/**
 * Reruns an execution: a new execution with the same owner, linked to the first. An admin can rerun the executions of
 * others; an audit event then records who did.
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

/** Builds the submission of a rerun. */
export function toRerun(first: ExecutionRecord, payload?: JsonValue): Submission {
  const { _id: rerunOf, ownerId, taskId, source, plugin, action, priority, policy } = first;
  return {
    ownerId,
    ...(taskId === undefined ? {} : { taskId }),
    rerunOf,
    // Scheduled executions are identified by `fireTime`; a rerun has none.
    source: source === 'schedule' ? 'task' : source,
    plugin,
    action,
    payload: payload ?? (JSON.parse(first.payload) as JsonValue),
    priority,
    retry: policy.retry,
    timeoutMs: policy.timeoutMs,
  };
}

/** Writes the hint that reruns exist. It may fail: readers also look for the reruns themselves. */
export async function noteRerun({ models, logger }: AuditDeps, ids: readonly string[]): Promise<void> {
  await markRerun(models.ExecutionModel, ids).catch((err: unknown) => {
    logger.warn({ err }, 'rerun hint not written');
  });
}

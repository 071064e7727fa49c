import type {
  AttemptRecord,
  Execution,
  ExecutionRecord,
  ExecutionSummary,
  JsonValue,
  ListedExecution,
} from '@mcp-server/shared';

const parseJson = (text: string) => JSON.parse(text) as JsonValue;

/** An execution as the API shows it: JSON texts parsed, times as ISO 8601, leases and keys left out. */
export function presentExecution(execution: ExecutionRecord): Execution {
  return {
    ...summarizeExecution(execution),
    payload: parseJson(execution.payload),
    ...(execution.result === undefined ? {} : { result: parseJson(execution.result) }),
    attempts: execution.attempts.map(presentAttempt),
  };
}

/** An execution as a list shows it. */
export function summarizeExecution(execution: ListedExecution): ExecutionSummary {
  const { _id: id, ownerId, taskId, rerunOf, source, plugin, action, pluginVersion, pool } = execution;
  const { priority, status, failure, attemptsUsed, crashes, handBacks, progress, waitMs, runMs } = execution;
  return {
    id,
    ownerId,
    taskId,
    rerunOf,
    fireTime: execution.fireTime?.toISOString(),
    source,
    plugin,
    action,
    pluginVersion,
    pool,
    priority,
    status,
    failure,
    attemptsUsed,
    crashes,
    handBacks,
    progress: progress && { ...progress, at: progress.at.toISOString() },
    cancelRequestedAt: execution.cancel?.at.toISOString(),
    nextAttemptAt: execution.nextAttemptAt?.toISOString(),
    deadlineAt: execution.deadlineAt?.toISOString(),
    waitMs,
    runMs,
    createdAt: execution.createdAt.toISOString(),
    endedAt: execution.endedAt?.toISOString(),
  };
}

const presentAttempt = ({ startedAt, endedAt, ...attempt }: AttemptRecord) => ({
  ...attempt,
  startedAt: startedAt.toISOString(),
  endedAt: endedAt?.toISOString(),
});

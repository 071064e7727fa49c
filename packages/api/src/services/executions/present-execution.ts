import {
  type AttemptRecord,
  type ContentBlock,
  type Execution,
  type ExecutionRecord,
  type ExecutionSummary,
  type Input,
  type InputRecord,
  type JsonValue,
  type ListedExecution,
  type Role,
  unreadableOf,
} from '@mcp-server/shared';

const parseJson = (text: string) => JSON.parse(text) as JsonValue;

/**
 * Presents an execution: JSON texts parsed, times as ISO 8601, leases and keys omitted. The stacks of a plugin's errors show places in
 * its code, so `viewer` must be one who works on it to see them.
 */
export function presentExecution(execution: ExecutionRecord, viewer?: { role: Role }): Execution {
  const seesStacks = viewer !== undefined && viewer.role !== 'user';
  return {
    ...summarizeExecution(execution),
    payload: parseJson(execution.payload),
    ...(execution.result === undefined ? {} : { result: parseJson(execution.result) }),
    ...(execution.content === undefined ? {} : { content: JSON.parse(execution.content) as ContentBlock[] }),
    ...(execution.inputs ? { inputs: execution.inputs.map(presentInput) } : {}),
    attempts: execution.attempts.map((attempt) => presentAttempt(attempt, seesStacks)),
  };
}

/** Presents an execution for a list. */
export function summarizeExecution(execution: ListedExecution): ExecutionSummary {
  const { _id: id, ownerId, taskId, rerunOf, source, plugin, action, pluginVersion, pool } = execution;
  const openInputs = execution.inputs?.filter(({ answeredAt }) => !answeredAt).length;
  const {
    redriveId,
    priority,
    status,
    isCached,
    failure,
    fingerprint,
    attemptsUsed,
    crashes,
    handBacks,
    progress,
    waitMs,
    runMs,
  } = execution;
  return {
    id,
    ownerId,
    taskId,
    rerunOf,
    redriveId,
    fireTime: execution.fireTime?.toISOString(),
    source,
    plugin,
    action,
    pluginVersion,
    pool,
    priority,
    status,
    cached: isCached,
    failure,
    ...(openInputs ? { openInputs } : {}),
    fingerprint,
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
    ...unreadableOf(execution),
  };
}

const presentInput = ({ key, method, params, askedAt, answer, answeredAt }: InputRecord): Input => ({
  key,
  method,
  params: parseJson(params),
  askedAt: askedAt.toISOString(),
  ...(answer === undefined ? {} : { answer: parseJson(answer) }),
  ...(answeredAt ? { answeredAt: answeredAt.toISOString() } : {}),
});

const presentAttempt = ({ startedAt, endedAt, stack, ...attempt }: AttemptRecord, seesStacks: boolean) => ({
  ...attempt,
  ...(seesStacks && stack !== undefined ? { stack } : {}),
  startedAt: startedAt.toISOString(),
  endedAt: endedAt?.toISOString(),
});

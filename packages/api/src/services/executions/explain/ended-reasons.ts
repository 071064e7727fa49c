import type { ExecutionRecord, Reason } from '@mcp-server/shared';

import { formatDuration } from './duration.ts';

/** Explains how an execution ended. */
export function explainEnd(execution: ExecutionRecord): Reason {
  const { status, failure, cancel, endedAt, runMs, attemptsUsed, crashes, isCached } = execution;
  const at = endedAt ? { since: endedAt.toISOString() } : {};
  if (status === 'completed') {
    if (isCached)
      return { code: 'completed', text: 'Completed with the result of an earlier execution.', ...at };
    const took = runMs === undefined ? '' : ` The last attempt took ${formatDuration(runMs)}.`;
    return { code: 'completed', text: `Completed.${took}`, ...at };
  }
  if (status === 'cancelled') {
    const by = cancel ? ` by account ${cancel.by}` : '';
    return { code: 'cancelled', text: `Cancelled${by}.`, ...at, ...(cancel ? { by: cancel.by } : {}) };
  }
  const tries = attemptsUsed === 1 ? '1 attempt' : `${attemptsUsed} attempts`;
  return {
    code: 'failed',
    text: `Failed after ${tries} (${failure?.kind ?? 'error'}): ${failure?.message ?? 'no message.'}`,
    ...at,
    attempt: attemptsUsed,
    crashes,
    ...(failure ? { failure } : {}),
  };
}

import { isEnded } from '@mcp-server/shared';

import type { RunRecord, Violation } from './run-record.ts';

/**
 * After quiescence no execution is unfinished or unsettled, no job is left in the queue, and a job has failed only with
 * its execution, by the same kind.
 */
export function checkLeftovers({ ledger, documents, jobs }: RunRecord): Violation[] {
  const acceptedIds = new Set(ledger.map(({ id }) => id));
  const violations: Violation[] = [];
  for (const { _id: id, status, settledAt } of documents) {
    // Work in the ledger is reported as not ended; this is work whose caller never got an answer.
    if (!isEnded(status) && !acceptedIds.has(id)) violations.push({ rule: 'unfinished', id, detail: status });
    if (isEnded(status) && !settledAt) violations.push({ rule: 'unsettled', id, detail: status });
  }
  const kinds = new Map(documents.map(({ _id, failure }) => [_id, failure?.kind]));
  for (const { id, executionId, state, failedReason = '' } of jobs) {
    if (state !== 'failed') {
      violations.push({ rule: 'job-left', id: executionId, detail: `job ${id} is ${state}` });
      continue;
    }
    const kind = kinds.get(executionId);
    if (failedReason === kind) continue;
    const detail = `job ${id} failed as ${failedReason}, its execution as ${kind ?? 'nothing'}`;
    violations.push({ rule: 'job-failed', id: executionId, detail });
  }
  return violations;
}

import { isEnded } from '@mcp-server/shared';

import type { RunRecord, Violation } from './run-record.ts';

/** After quiescence no execution is unfinished or unsettled, no job is left in the queue, and no job has failed. */
export function checkLeftovers({ ledger, documents, jobs }: RunRecord): Violation[] {
  const acceptedIds = new Set(ledger.map(({ id }) => id));
  const violations: Violation[] = [];
  for (const { _id: id, status, settledAt } of documents) {
    // Work in the ledger is reported as not ended; this is work whose caller never got an answer.
    if (!isEnded(status) && !acceptedIds.has(id)) violations.push({ rule: 'unfinished', id, detail: status });
    if (isEnded(status) && !settledAt) violations.push({ rule: 'unsettled', id, detail: status });
  }
  for (const { id, executionId, state } of jobs) {
    violations.push({
      rule: state === 'failed' ? 'job-failed' : 'job-left',
      id: executionId,
      detail: `job ${id} is ${state}`,
    });
  }
  return violations;
}

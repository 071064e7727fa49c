import type { RunRecord, Violation } from './run-record.ts';

/** Errors that callers may get during faults: 429 and 503 are allowed, others are not. */
const HONEST = new Set([429, 503]);

/** L7, L10: no 500, and no 4xx for a valid request. */
export function checkAnswers({ troubles }: RunRecord): Violation[] {
  return troubles
    .filter(({ kind, status }) => kind === 'status' && !HONEST.has(status))
    .map(({ key, status, api, detail }) => ({
      rule: 'wrong-answer',
      id: key,
      detail: `${api} answered ${status}: ${detail}`,
    }));
}

/** Server errors, including 503. */
export const count5xx = ({ troubles }: RunRecord): number =>
  troubles.filter(({ status }) => status >= 500).length;

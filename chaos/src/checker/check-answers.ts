import type { RunRecord, Violation } from './run-record.ts';

/** What a caller may meet while a row has its faults: 429 and 503 are honest answers, other errors are not. */
const HONEST = new Set([429, 503]);

/** L7, L10: no 500, no 4xx for a request that is right. */
export function checkAnswers({ troubles }: RunRecord): Violation[] {
  return troubles
    .filter(({ kind, status }) => kind === 'status' && !HONEST.has(status))
    .map(({ key, status, api, detail }) => ({
      rule: 'wrong-answer',
      id: key,
      detail: `${api} answered ${status}: ${detail}`,
    }));
}

/** Server errors, the honest ones included. */
export const count5xx = ({ troubles }: RunRecord): number =>
  troubles.filter(({ status }) => status >= 500).length;

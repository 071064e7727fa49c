import type { Violation } from '../checker/run-record.ts';

/** Rule of a row that did not meet what it is about. It fails, because it has shown nothing. */
export const INCONCLUSIVE = 'inconclusive';

/** Says that a row did not see what it had arranged. */
export const inconclusive = (detail: string): Violation => ({ rule: INCONCLUSIVE, detail });

import { checkAnswers } from './check-answers.ts';
import { checkAttempts } from './check-attempts.ts';
import { checkEffects } from './check-effects.ts';
import { checkEnds } from './check-ends.ts';
import { checkLeftovers } from './check-leftovers.ts';
import { checkLogs } from './check-logs.ts';
import { checkPromises } from './check-promises.ts';
import type { RunRecord, Violation } from './run-record.ts';

/** Checks every invariant on the record of one run. */
export function checkRun(record: RunRecord, { allowedLogs }: { allowedLogs?: RegExp } = {}): Violation[] {
  return [
    ...checkPromises(record),
    ...checkEnds(record),
    ...checkAttempts(record),
    ...checkEffects(record),
    ...checkLeftovers(record),
    ...checkAnswers(record),
    ...checkLogs(record, allowedLogs),
  ];
}

/** Number of violations per rule. */
export function countByRule(violations: readonly Violation[]): Record<string, number> {
  return Object.fromEntries(
    [...Map.groupBy(violations, ({ rule }) => rule)].map(([rule, broken]) => [rule, broken.length]),
  );
}

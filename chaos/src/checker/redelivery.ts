import type { ExecutionRecord } from '@mcp-server/shared';

import type { Strike } from './run-record.ts';

/** Milliseconds from the death of a process to the next start (or the end) of each execution that it was running. */
export function redeliveryTimes(documents: readonly ExecutionRecord[], strikes: readonly Strike[]): number[] {
  const struckAt = new Map(strikes.map(({ worker, at }) => [worker, at]));
  return documents.flatMap(({ attempts, endedAt }) =>
    attempts.flatMap((attempt, index) => {
      const at = struckAt.get(attempt.worker);
      if (attempt.outcome !== 'crashed' || at === undefined) return [];
      const again = attempts[index + 1]?.startedAt ?? endedAt;
      return again ? [again.getTime() - at] : [];
    }),
  );
}

/** The value below which this share of the values lies; undefined without values. */
export function percentile(values: readonly number[], share: number): number | undefined {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)];
}

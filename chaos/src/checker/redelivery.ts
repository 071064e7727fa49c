import type { ExecutionRecord } from '@mcp-server/shared';

import type { Strike } from './run-record.ts';

/** Before a lease of 5 s can have lapsed, only the dead process can have held the work. */
const SAFE_FROM_OTHERS_MS = 4_000;

/** Milliseconds from the death of the process that held an execution to its next start (or its end). */
export interface Redelivery {
  ms: number;
  /** Another process, which may have held the execution, died during the redelivery: measured from that death. */
  isStruckAgain: boolean;
}

/** Redelivery of every run that a strike hit. */
export function findRedeliveries(
  documents: readonly ExecutionRecord[],
  strikes: readonly Strike[],
): Redelivery[] {
  const struckAt = new Map(strikes.map(({ worker, at }) => [worker, at]));
  return documents.flatMap(({ attempts, endedAt }) =>
    attempts.flatMap((attempt, index) => {
      const at = struckAt.get(attempt.worker);
      const again = (attempts[index + 1]?.startedAt ?? endedAt)?.getTime();
      if (attempt.outcome !== 'crashed' || at === undefined || again === undefined) return [];
      const later = strikes.map((strike) => strike.at).filter((other) => isBetween(other, at, again));
      return { ms: again - Math.max(at, ...later), isStruckAgain: later.length > 0 };
    }),
  );
}

const isBetween = (strike: number, at: number, again: number): boolean =>
  strike >= at + SAFE_FROM_OTHERS_MS && strike < again;

/** Times of the redeliveries that one strike alone delayed. */
export const redeliveryTimes = (
  documents: readonly ExecutionRecord[],
  strikes: readonly Strike[],
): number[] =>
  findRedeliveries(documents, strikes)
    .filter(({ isStruckAgain }) => !isStruckAgain)
    .map(({ ms }) => ms);

/** Number of runs that died with one process, for the strike that hit most. */
export function countMostVictims(documents: readonly ExecutionRecord[], strikes: readonly Strike[]): number {
  const struck = new Set(strikes.map(({ worker }) => worker));
  const victims = documents
    .flatMap(({ attempts }) => attempts)
    .filter(({ worker, outcome }) => outcome === 'crashed' && struck.has(worker));
  const perWorker = [...Map.groupBy(victims, ({ worker }) => worker).values()];
  return Math.max(0, ...perWorker.map(({ length }) => length));
}

/** The value below which this share of the values lies; undefined without values. */
export function percentile(values: readonly number[], share: number): number | undefined {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)];
}

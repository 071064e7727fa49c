import type { Figures } from '../cases/case.ts';
import { quantile } from '../drive/closed-loop.ts';

/** One figure over all rounds. */
export interface Spread {
  median: number;
  min: number;
  max: number;
}

/** Figures by case, then by name. */
export type Summary = Record<string, Record<string, Spread>>;

/** Figures of every round, by case; a round has the same index in all cases. */
export type Rounds = Record<string, Figures[]>;

export function summarize(rounds: Rounds): Summary {
  return Object.fromEntries(
    Object.entries(rounds).map(([name, figures]) => [
      name,
      Object.fromEntries(
        Object.keys(figures[0] ?? {}).map((key) => [
          key,
          spread(figures.map((one) => one[key] ?? Number.NaN)),
        ]),
      ),
    ]),
  );
}

export function spread(values: readonly number[]): Spread {
  return { median: quantile(values, 0.5), min: Math.min(...values), max: Math.max(...values) };
}

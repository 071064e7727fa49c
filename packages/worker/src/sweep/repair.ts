import type { Deps } from '../deps.ts';

/** Documents that one step of a repair reads. */
export const SWEEP_PAGE = 500;

/** Input of one step of a repair: the database's time, and the cursor that the last step returned. */
export interface SweepStep {
  deps: Deps;
  now: Date;
  cursor: string;
}

/** Repairs one page and returns the cursor of the next; an empty cursor means that the last page was read. */
export type Repair = (step: SweepStep) => Promise<string>;

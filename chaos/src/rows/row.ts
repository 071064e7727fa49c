import type { RunRecord, Violation } from '../checker/run-record.ts';
import type { Rig } from '../rig/rig.ts';
import type { Stores } from '../rig/stores.ts';

/** One row of the fault matrix: a load, its faults, and checks beyond the common invariants. */
export interface Row {
  /** Id in the fault matrix, for example `F7`. */
  id: string;
  title: string;
  /** False for rows that the quick run skips. */
  isQuick?: boolean;
  /** Duration of its slow work, if not the usual one. */
  slowMs?: number;
  apiEnv?: Record<string, string>;
  workerEnv?: Record<string, string>;
  /** Log lines that this row provokes; the checker allows them. */
  allowedLogs?: RegExp;
  /** True if the row's work ends processes. */
  endsProcesses?: boolean;
  /** Time limit for the work to end after the load. */
  quiescenceSeconds?: number;
  /** Stores for this row only, derived from those of the run; closed after it. */
  openStores?(stores: Stores, dir: string): Promise<Stores>;
  run(rig: Rig): Promise<void>;
  check?(record: RunRecord, rig: Rig): Violation[] | Promise<Violation[]>;
}

/** Declares a row: the default export of its file. */
export const defineRow = (row: Row): Row => row;

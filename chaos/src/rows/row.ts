import type { RunRecord, Violation } from '../checker/run-record.ts';
import type { Rig } from '../rig/rig.ts';
import type { Stores } from '../rig/stores.ts';

/** One line of the fault matrix: a load, the faults that hit it, and what must hold beside the common invariants. */
export interface Row {
  /** As in the fault matrix, for example `F7`. */
  id: string;
  title: string;
  /** False for a row that the quick run leaves out. */
  isQuick?: boolean;
  /** How long its slow work takes, when not the usual time. */
  slowMs?: number;
  apiEnv?: Record<string, string>;
  workerEnv?: Record<string, string>;
  /** Log lines that this row provokes and that the checker therefore lets pass. */
  allowedLogs?: RegExp;
  /** True when the row's work ends processes by itself. */
  endsProcesses?: boolean;
  /** How long the work may take to end after the load. */
  quiescenceSeconds?: number;
  /** Stores for this row alone, made of those of the run; closed after it. */
  openStores?(stores: Stores, dir: string): Promise<Stores>;
  run(rig: Rig): Promise<void>;
  check?(record: RunRecord, rig: Rig): Violation[] | Promise<Violation[]>;
}

/** Declares a row: the default export of its file. */
export const defineRow = (row: Row): Row => row;

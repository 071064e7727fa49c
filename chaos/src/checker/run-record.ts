import type { ExecutionRecord } from '@mcp-server/shared';

import type { LedgerLine, Trouble } from '../load/ledger.ts';
import type { Effect } from '../sink/effect.ts';
import type { Sighting } from '../watcher/sighting.ts';

/** Everything that outsiders wrote down of one run, and what the stores held after it. */
export interface RunRecord {
  ledger: LedgerLine[];
  troubles: Trouble[];
  documents: ExecutionRecord[];
  sightings: Sighting[];
  effects: Effect[];
  logs: LogLine[];
  /** Jobs that Redis still held after quiescence. */
  jobs: LeftJob[];
}

/** One line that a process of the product wrote. */
export interface LogLine {
  process: string;
  line: string;
}

export interface LeftJob {
  id: string;
  executionId: string;
  state: string;
}

/** What a run broke. `rule` is stable: sabotage runs are judged by it. */
export interface Violation {
  rule: string;
  /** The execution or the key, where it is about one. */
  id?: string;
  detail: string;
}

/** A process that a row killed or froze. */
export interface Strike {
  worker: string;
  /** Milliseconds since the epoch. */
  at: number;
}

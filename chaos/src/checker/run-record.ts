import type { ExecutionRecord } from '@mcp-server/shared';

import type { LedgerLine, Trouble } from '../load/ledger.ts';
import type { Effect } from '../sink/effect.ts';
import type { Sighting } from '../watcher/sighting.ts';

/** Everything that observers recorded during one run, and the content of the stores after it. */
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

/** One log line of a product process. */
export interface LogLine {
  process: string;
  line: string;
}

export interface LeftJob {
  id: string;
  executionId: string;
  state: string;
  /** Only of failed jobs: the kind of the failure. */
  failedReason?: string;
}

/** A broken rule. `rule` is stable: sabotage runs are judged by it. */
export interface Violation {
  rule: string;
  /** The execution or key concerned, if there is one. */
  id?: string;
  detail: string;
}

/** A process that a row killed or froze. */
export interface Strike {
  worker: string;
  /** Milliseconds since the epoch. */
  at: number;
}

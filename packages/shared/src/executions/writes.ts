import type { Model } from 'mongoose';

import { Batcher, type BatchBounds } from '../batching/batcher.ts';
import { Lane } from '../batching/lane.ts';
import type { ExecutionRecord } from '../schemas/execution.ts';
import { claimKind } from './claim-many.ts';
import type { ClaimRequest } from './claim.ts';
import { finishKind, isPlainEnd } from './finish-many.ts';
import { finishExecution, type FinishOutcome, type FinishRequest } from './finish.ts';
import { insertKind } from './insert-many.ts';
import { settleKind } from './settle-many.ts';

/** Long enough to spare most of a command's fixed cost, short enough that one command holds no lock for long. */
const MAX_COUNT = 50;
const KIBIBYTE = 1_024;
const INSERTS: BatchBounds = { maxCount: MAX_COUNT, maxBytes: 1_024 * KIBIBYTE };
/** Less: every result of a batch is looked at for every document of it. */
const UPDATES: BatchBounds = { maxCount: MAX_COUNT, maxBytes: 128 * KIBIBYTE };

/** The writes of a busy process that go together while others are in flight. */
export interface ExecutionWrites {
  /** Stores an accepted execution. Rejects as an insert of it alone does. */
  insert: (record: ExecutionRecord) => Promise<void>;
  /** The write of a claim; undefined when it missed. */
  claim: (request: ClaimRequest) => Promise<ExecutionRecord | undefined>;
  finish: (request: FinishRequest) => Promise<FinishOutcome>;
  /** Marks an execution as settled. */
  settle: (id: string) => Promise<void>;
  /** Resolves when everything that was handed over has been answered. */
  close: () => Promise<void>;
}

/**
 * Who goes first of what changes executions. Ends before claims: the runs of one batch then end together, and their
 * slots claim together again. Claims and settles in turn: in a busy process there is always a claim that waits.
 */
const RANK = { finish: 0, claim: 1, settle: 1 } as const;

export function buildExecutionWrites(model: Model<ExecutionRecord>): ExecutionWrites {
  // Kinds that overtake each other send more commands, each with fewer elements; commands cost more than elements.
  const lane = new Lane();
  const inserts = new Batcher(insertKind(model), INSERTS);
  const claims = new Batcher(claimKind(model), UPDATES, (send) => lane.run(RANK.claim, send));
  const finishes = new Batcher(finishKind(model), UPDATES, (send) => lane.run(RANK.finish, send));
  const settles = new Batcher(settleKind(model), UPDATES, (send) => lane.run(RANK.settle, send));
  return {
    insert: (record) => inserts.run(record),
    claim: (request) => claims.run(request),
    finish: (request) => (isPlainEnd(request) ? finishes.run(request) : finishExecution(model, request)),
    settle: (id) => settles.run(id),
    async close() {
      await Promise.all([inserts, claims, finishes, settles].map((batcher) => batcher.close()));
    },
  };
}

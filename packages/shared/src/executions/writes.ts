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

/** Large enough to save most of a command's fixed cost, small enough that one command holds no lock for long. */
const MAX_COUNT = 50;
const KIBIBYTE = 1_024;
const INSERTS: BatchBounds = { maxCount: MAX_COUNT, maxBytes: 1_024 * KIBIBYTE };
/** Smaller: every document of a batch scans all of its results. */
const UPDATES: BatchBounds = { maxCount: MAX_COUNT, maxBytes: 128 * KIBIBYTE };

/** Writes that a busy process batches while others are in flight. */
export interface ExecutionWrites {
  /** Stores an accepted execution. Rejects as a single insert does. */
  insert: (record: ExecutionRecord) => Promise<void>;
  /** Writes a claim; undefined when it missed. */
  claim: (request: ClaimRequest) => Promise<ExecutionRecord | undefined>;
  finish: (request: FinishRequest) => Promise<FinishOutcome>;
  /** Marks an execution as settled. */
  settle: (id: string) => Promise<void>;
  /** Resolves when every write has its outcome. */
  close: () => Promise<void>;
}

/**
 * Priority of queued writes: finishes before claims and settles. The runs of one batch then end together, and their
 * slots claim together again. Claims and settles share a rank: a busy process always has a claim waiting, and settles
 * must not starve.
 */
const RANK = { finish: 0, claim: 1, settle: 1 } as const;

export function buildExecutionWrites(model: Model<ExecutionRecord>): ExecutionWrites {
  // One lane: kinds that overtook each other would send more commands with fewer elements each, and a command costs
  // more than an element.
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

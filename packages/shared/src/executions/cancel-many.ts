import { setTimeout as delay } from 'node:timers/promises';

import type { Model } from 'mongoose';

import { isWriteConflict } from '../connections/mongo-errors.ts';
import { lacks } from '../models/readable.ts';
import { type ExecutionRecord, isEnded } from '../schemas/execution.ts';
import { readDatabaseTime } from './db-time.ts';

const MAX_CONFLICTS = 10;
const CONFLICT_PAUSE_MS = 50;

/** Fields that are not read for a cancelled execution. */
const LEFT_OUT = { payload: 0, result: 0, content: 0, steps: 0, inputs: 0, earlyAnswers: 0 } as const;
export type CancelledExecution = Omit<ExecutionRecord, keyof typeof LEFT_OUT>;

export interface CancelManyRequest {
  ids: readonly string[];
  /** Executions in another status by now are left alone. */
  statuses: readonly ExecutionRecord['status'][];
  by: string;
  retentionSeconds: number;
}

export interface CancelManyOutcome {
  /** They will not run (again). */
  cancelled: CancelledExecution[];
  /** They are running; their workers read the flag with the next beat at the latest. */
  requested: CancelledExecution[];
}

/**
 * Cancels a batch: waiting executions end, running ones are flagged, each by a compare-and-set. The outcome is read
 * back, never inferred from a count. An execution that went from running to waiting in between is cancelled in the next
 * round. May be repeated.
 * @throws {DatabaseUnavailable}
 */
export async function cancelExecutions(
  model: Model<ExecutionRecord>,
  request: CancelManyRequest,
): Promise<CancelManyOutcome> {
  const ids = request.ids.toSorted();
  for (;;) {
    await writeAll(model, { ...request, ids });
    const executions = await model.find({ _id: { $in: ids } }, LEFT_OUT).lean<CancelledExecution[]>();
    // A flag that cannot be read is never replaced: its execution ends as unreadable.
    const isMissed = (execution: CancelledExecution) =>
      !execution.cancel && !lacks(execution, 'cancel') && request.statuses.includes(execution.status);
    if (executions.some(isMissed)) continue;
    const flagged = executions.filter(({ cancel }) => cancel);
    return {
      cancelled: flagged.filter(({ status }) => status === 'cancelled'),
      requested: flagged.filter(({ status }) => !isEnded(status)),
    };
  }
}

/**
 * Two multi-updates: a bulk of single updates takes half as long again. DocumentDB does not know `$$NOW` in them, so
 * the database's time is read first.
 */
async function writeAll(
  model: Model<ExecutionRecord>,
  { ids, statuses, by, retentionSeconds }: CancelManyRequest,
): Promise<void> {
  const at = await readDatabaseTime(model);
  const cancel = { at, by };
  const waiting = statuses.filter((status) => status !== 'running');
  const write = (among: typeof statuses, fields: object) =>
    withoutConflict(() =>
      model.updateMany(
        // A flag without a time is none.
        { _id: { $in: ids }, status: { $in: [...among] }, 'cancel.at': null },
        { $set: { ...fields, cancel, updatedAt: at }, $unset: { nextAttemptAt: 1 } },
        { timestamps: false },
      ),
    );
  if (waiting.length > 0) {
    const expiresAt = new Date(at.getTime() + retentionSeconds * 1_000);
    await write(waiting, { status: 'cancelled', endedAt: at, expiresAt });
  }
  if (statuses.includes('running')) await write(['running'], {});
}

/** After a conflict with a beat or a claim nothing was written here, and a repeat matches what is left. */
async function withoutConflict(write: () => Promise<unknown>): Promise<void> {
  for (let conflicts = 0; ; conflicts += 1) {
    try {
      await write();
      return;
    } catch (error) {
      if (!isWriteConflict(error) || conflicts === MAX_CONFLICTS) throw error;
      await delay(Math.random() * CONFLICT_PAUSE_MS * conflicts);
    }
  }
}

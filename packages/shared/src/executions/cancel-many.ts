import { setTimeout as delay } from 'node:timers/promises';

import type { Model } from 'mongoose';

import { isWriteConflict } from '../connections/mongo-errors.ts';
import type { ExecutionRecord } from '../schemas/execution.ts';
import { endFields, literal, NOW } from './clock.ts';

const MAX_CONFLICTS = 10;
const CONFLICT_PAUSE_MS = 50;

/** What nobody needs of an execution that was cancelled. */
const LEFT_OUT = { payload: 0, result: 0, content: 0, steps: 0, inputs: 0, earlyAnswers: 0 } as const;
export type CancelledExecution = Omit<ExecutionRecord, keyof typeof LEFT_OUT>;

export interface CancelManyRequest {
  ids: readonly string[];
  /** What is in another state by now is left alone. */
  statuses: readonly ExecutionRecord['status'][];
  by: string;
  retentionSeconds: number;
}

export interface CancelManyOutcome {
  /** They never run (again). */
  cancelled: CancelledExecution[];
  /** They run, and their workers read the flag with the next beat at the latest. */
  requested: CancelledExecution[];
}

/**
 * Cancels a batch: of each execution one update that decides by the state it finds, so none slips from waiting to
 * running in between. Who won is read back, never inferred from a count. May be repeated.
 */
export async function cancelExecutions(
  model: Model<ExecutionRecord>,
  request: CancelManyRequest,
): Promise<CancelManyOutcome> {
  const ids = request.ids.toSorted();
  await writeAll(model, { ...request, ids });
  const found = await model
    .find({ _id: { $in: ids }, cancel: { $exists: true } }, LEFT_OUT)
    .lean<CancelledExecution[]>();
  return {
    cancelled: found.filter(({ status }) => status === 'cancelled'),
    requested: found.filter(({ status }) => status === 'running'),
  };
}

async function writeAll(
  model: Model<ExecutionRecord>,
  { ids, statuses, by, retentionSeconds }: CancelManyRequest,
): Promise<void> {
  const update = cancelPipeline(by, retentionSeconds);
  for (let conflicts = 0; ; conflicts += 1) {
    try {
      await model.bulkWrite(
        ids.map((_id) => ({
          updateOne: { filter: { _id, status: { $in: [...statuses] }, cancel: { $exists: false } }, update },
        })),
        { ordered: false, timestamps: false },
      );
      return;
    } catch (error) {
      // A beat or a claim wrote at the same moment; what was cancelled already is not matched again.
      if (!isWriteConflict(error) || conflicts === MAX_CONFLICTS) throw error;
      await delay(Math.random() * CONFLICT_PAUSE_MS * conflicts);
    }
  }
}

/** Of running work the flag only; waiting work ends. */
function cancelPipeline(by: string, retentionSeconds: number) {
  const whenWaiting = (value: unknown, otherwise: unknown = '$$REMOVE') => ({
    $cond: [{ $eq: ['$status', 'running'] }, otherwise, value],
  });
  const ended = endFields(retentionSeconds);
  return [
    {
      $set: {
        status: whenWaiting('cancelled', '$status'),
        cancel: { at: NOW, by: literal(by) },
        endedAt: whenWaiting(ended.endedAt),
        expiresAt: whenWaiting(ended.expiresAt),
        nextAttemptAt: '$$REMOVE',
        updatedAt: NOW,
      },
    },
  ];
}

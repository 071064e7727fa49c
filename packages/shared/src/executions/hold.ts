import type { Model } from 'mongoose';

import { type ExecutionRecord, UNFINISHED_STATUSES } from '../schemas/execution.ts';
import { NOW } from './db-time.ts';

/**
 * Marks a delivered execution that no living worker can run, as `holdExecution` does. False if it is not waiting (any
 * more): then a claim tells what it is.
 */
export async function parkExecution(
  model: Model<ExecutionRecord>,
  { id, seq }: { id: string; seq: number },
): Promise<boolean> {
  const update = await model.updateOne(
    { _id: id, seq, status: { $in: ['queued', 'retrying'] }, cancel: null },
    [{ $set: { heldAt: { $ifNull: ['$heldAt', NOW] }, lacksAction: true } }],
    { updatePipeline: true, timestamps: false },
  );
  return update.matchedCount === 1;
}

/**
 * Marks a delivered execution whose plugin is paused. Written before its job is deferred, so that the end of the pause
 * finds it whatever dies in between; the next claim clears the mark. Status and attempts stay as they are.
 */
export async function holdExecution(
  model: Model<ExecutionRecord>,
  { id, seq }: { id: string; seq: number },
): Promise<void> {
  await model.updateOne(
    { _id: id, seq, status: { $in: UNFINISHED_STATUSES } },
    [{ $set: { heldAt: { $ifNull: ['$heldAt', NOW] } } }],
    { updatePipeline: true, timestamps: false },
  );
}

/** Fields of a held execution that waking it needs. */
export type HeldExecution = Pick<ExecutionRecord, '_id' | 'seq' | 'pool' | 'heldAt'>;

/** Lists held executions of these actions. */
export async function listHeld(
  model: Model<ExecutionRecord>,
  {
    served,
    limit,
  }: { served: readonly { pool: string; plugin: string; actions: string[] }[]; limit: number },
): Promise<HeldExecution[]> {
  if (served.length === 0) return [];
  return model
    .find(
      {
        plugin: { $in: served.map(({ plugin }) => plugin) },
        $or: served.map(({ pool, plugin, actions }) => ({ pool, plugin, action: { $in: actions } })),
        heldAt: { $exists: true },
        status: { $in: UNFINISHED_STATUSES },
      },
      { _id: 1, seq: 1, pool: 1, heldAt: 1 },
    )
    .sort({ plugin: 1, heldAt: 1 })
    .limit(limit)
    .lean<HeldExecution[]>();
}

/** Clears the mark, unless it was set again since. */
export async function unholdExecution(
  model: Model<ExecutionRecord>,
  { _id, heldAt }: HeldExecution,
): Promise<void> {
  await model.updateOne({ _id, heldAt: heldAt ?? null }, { $unset: { heldAt: 1 } }, { timestamps: false });
}

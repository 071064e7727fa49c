import type { Model } from 'mongoose';

import { isDuplicateKey, isWriteConflict } from '../connections/mongo-errors.ts';
import { readDatabaseTime } from '../executions/db-time.ts';
import type { PauseKind, PauseRecord } from '../schemas/pause.ts';

const idOf = (kind: PauseKind, name: string): string => `${kind}:${name}`;

/** Pauses of pools and plugins in force, by name. */
export interface Paused {
  pools: ReadonlyMap<string, PauseRecord>;
  plugins: ReadonlyMap<string, PauseRecord>;
}

export async function readPaused(model: Model<PauseRecord>): Promise<Paused> {
  const records = await model.find().lean<PauseRecord[]>();
  const ofKind = (kind: PauseKind) =>
    new Map(records.filter((record) => record.kind === kind).map((record) => [record.name, record]));
  return { pools: ofKind('pool'), plugins: ofKind('plugin') };
}

/** Inserts a pause, or returns the existing one: the first pause and its author stay. */
export async function insertPause(
  model: Model<PauseRecord>,
  { kind, name, by, reason }: Pick<PauseRecord, 'kind' | 'name' | 'by' | 'reason'>,
): Promise<PauseRecord> {
  const _id = idOf(kind, name);
  for (;;) {
    const existing = await model.findById(_id).lean<PauseRecord>();
    if (existing) return existing;
    const since = await readDatabaseTime(model);
    try {
      const pause = await model.create({ _id, kind, name, by, since, ...(reason ? { reason } : {}) });
      return pause.toObject<PauseRecord>();
    } catch (error) {
      // Another process came first: its pause is read.
      if (!isDuplicateKey(error, '_id') && !isWriteConflict(error)) throw error;
    }
  }
}

/** Deletes a pause; true if there was one. */
export async function deletePause(
  model: Model<PauseRecord>,
  { kind, name }: Pick<PauseRecord, 'kind' | 'name'>,
): Promise<boolean> {
  return (await model.deleteOne({ _id: idOf(kind, name) })).deletedCount === 1;
}

import type { Model } from 'mongoose';

import { isDuplicateKey, isWriteConflict } from '../connections/mongo-errors.ts';
import { readDatabaseTime } from '../executions/db-time.ts';
import type { PauseKind, PauseRecord } from '../schemas/pause.ts';

const idOf = (kind: PauseKind, name: string): string => `${kind}:${name}`;

/** What is paused at the moment. */
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

/** Pauses, or finds the pause that is there: the first one stays, with who made it. */
export async function insertPause(
  model: Model<PauseRecord>,
  { kind, name, by, reason }: Pick<PauseRecord, 'kind' | 'name' | 'by' | 'reason'>,
): Promise<PauseRecord> {
  const _id = idOf(kind, name);
  for (;;) {
    const found = await model.findById(_id).lean<PauseRecord>();
    if (found) return found;
    const since = await readDatabaseTime(model);
    try {
      const made = await model.create({ _id, kind, name, by, since, ...(reason ? { reason } : {}) });
      return made.toObject<PauseRecord>();
    } catch (error) {
      // Somebody else was first: theirs is read.
      if (!isDuplicateKey(error, '_id') && !isWriteConflict(error)) throw error;
    }
  }
}

/** True when there was a pause. */
export async function deletePause(
  model: Model<PauseRecord>,
  { kind, name }: Pick<PauseRecord, 'kind' | 'name'>,
): Promise<boolean> {
  return (await model.deleteOne({ _id: idOf(kind, name) })).deletedCount === 1;
}

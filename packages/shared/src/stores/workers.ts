import type { Model } from 'mongoose';

import { NOW } from '../executions/db-time.ts';
import { makeReadable } from '../models/readable.ts';
import type { WorkerRecord } from '../schemas/worker.ts';

/** A worker, and how long ago it announced itself, by the database's clock. */
export interface WorkerSighting {
  worker: WorkerRecord;
  unseenMs: number;
}

export async function listWorkerSightings(model: Model<WorkerRecord>): Promise<WorkerSighting[]> {
  const workers = await model.aggregate<WorkerRecord & { now: Date }>([
    { $set: { now: NOW } },
    { $sort: { _id: 1 } },
  ]);
  return workers.map(({ now, ...worker }) => {
    makeReadable(model, [worker]);
    return { worker, unseenMs: now.getTime() - worker.seenAt.getTime() };
  });
}

/** Announces a worker; to be repeated while it lives. */
export async function announceWorker(
  model: Model<WorkerRecord>,
  { _id, ...facts }: Omit<WorkerRecord, 'seenAt' | 'createdAt' | 'updatedAt'>,
): Promise<void> {
  // A field that is absent would stay as it was.
  const repaired = facts.pluginErrors ? {} : { $unset: { pluginErrors: 1 as const } };
  await model.updateOne(
    { _id },
    { $set: facts, ...repaired, $currentDate: { seenAt: true } },
    { upsert: true },
  );
}

export async function deleteWorker(model: Model<WorkerRecord>, id: string): Promise<void> {
  await model.deleteOne({ _id: id });
}

import type { Model } from 'mongoose';

import { makeReadable } from '../models/readable.ts';
import type { ExecutionRecord } from '../schemas/execution.ts';
import { NOW } from './db-time.ts';

export interface Reading {
  execution: ExecutionRecord;
  /** The database's time of the read. */
  now: Date;
}

/** Reads one execution with the database's time, the only clock that its times may be compared with. */
export async function readExecution(model: Model<ExecutionRecord>, id: string): Promise<Reading | undefined> {
  const [record] = await model.aggregate<ExecutionRecord & { now: Date }>([
    { $match: { _id: id } },
    { $set: { now: NOW } },
  ]);
  if (!record) return undefined;
  const { now, ...execution } = record;
  makeReadable(model, [execution]);
  return { execution, now };
}

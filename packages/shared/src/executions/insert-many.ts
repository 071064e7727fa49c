import { type Model, mongo } from 'mongoose';

import type { BatchKind } from '../batching/batcher.ts';
import { isDatabaseAway } from '../connections/mongo-errors.ts';
import type { ExecutionRecord } from '../schemas/execution.ts';
import { INSERT_TIMEOUT_MS, insertOne } from './accept.ts';

/** Approximate size of an execution without its texts. */
const RECORD_BYTES = 1_000;

interface InsertReply {
  writeErrors?: ({ index: number } & mongo.ErrorDescription)[];
}

/**
 * Batched inserts, unordered: the reply names each one that was refused. Sent as a raw command, because the driver's
 * bulk errors omit which index was violated.
 */
export const insertKind = (model: Model<ExecutionRecord>): BatchKind<ExecutionRecord, void> => ({
  idOf: ({ _id }) => _id,
  groupOf: () => '',
  sizeOf: ({ payload, earlyAnswers = '', result = '', content = '' }) =>
    RECORD_BYTES + payload.length + earlyAnswers.length + result.length + content.length,
  sendOne: (record) => insertOne(model, record),
  isOutcomeUnknown: isDatabaseAway,
  async sendMany(records) {
    const { db } = model.db;
    // Not connected: sent alone, each insert fails with the proper error.
    if (!db) throw new Error('not connected');
    const reply = (await db.command(
      {
        insert: model.collection.collectionName,
        documents: records,
        ordered: false,
        writeConcern: { w: 'majority', j: true },
      },
      { timeoutMS: INSERT_TIMEOUT_MS },
    )) as InsertReply;
    const refused = new Map(reply.writeErrors?.map((error) => [error.index, error]));
    return records.map((_, index) => {
      const error = refused.get(index);
      return error
        ? { isDone: false, error: new mongo.MongoServerError(error) }
        : { isDone: true, value: undefined };
    });
  },
});

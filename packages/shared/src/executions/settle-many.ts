import type { Model } from 'mongoose';

import type { BatchKind } from '../batching/batcher.ts';
import { isDatabaseAway } from '../connections/mongo-errors.ts';
import type { ExecutionRecord } from '../schemas/execution.ts';
import { markSettled } from './settle.ts';

const ID_BYTES = 50;

/** Marks of settled executions that go together. All are the same and none can lose, so one update does. */
export const settleKind = (model: Model<ExecutionRecord>): BatchKind<string, void> => ({
  idOf: (id) => id,
  groupOf: () => '',
  sizeOf: () => ID_BYTES,
  sendOne: (id) => markSettled(model, [id]),
  isOutcomeUnknown: isDatabaseAway,
  async sendMany(ids) {
    await markSettled(model, ids);
    return ids.map(() => ({ isDone: true, value: undefined }));
  },
});

import type { Model } from 'mongoose';

import type { BatchKind } from '../batching/batcher.ts';
import { isDatabaseAway } from '../connections/mongo-errors.ts';
import type { ExecutionRecord } from '../schemas/execution.ts';
import { markSettled } from './settle.ts';

const ID_BYTES = 50;

/** Batched marks of settled executions. All are equal and none can conflict, so one update does. */
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

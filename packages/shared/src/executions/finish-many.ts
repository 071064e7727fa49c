import type { Model } from 'mongoose';

import type { BatchKind } from '../batching/batcher.ts';
import { isDatabaseAway } from '../connections/mongo-errors.ts';
import { collectionOf } from '../models/collection-of.ts';
import { makeReadable } from '../models/readable.ts';
import type { ExecutionRecord } from '../schemas/execution.ts';
import {
  plainEndPipeline,
  finishExecution,
  type FinishOutcome,
  type FinishRequest,
  judgeFinish,
} from './finish.ts';
import { perDocumentValue } from './per-document-value.ts';

/** Bytes of the id and the envelope of a result. */
const FINISH_BYTES = 100;

/** A run that completed with a result and nothing else. */
type Completed = FinishRequest & { end: { kind: 'completed'; result: string } };

/** True for most ends; the others write other fields and are sent alone. */
export const isPlainEnd = (request: FinishRequest): request is Completed =>
  request.end.kind === 'completed' &&
  request.progress === undefined &&
  request.cache === undefined &&
  Object.entries(request.end).every(
    ([field, value]) => field === 'kind' || field === 'result' || value === undefined,
  );

/**
 * Batched ends: one update, fenced by the epoch that the batch shares, then one find, in which the record of each
 * attempt tells whether its end was written.
 */
export const finishKind = (model: Model<ExecutionRecord>): BatchKind<Completed, FinishOutcome> => ({
  idOf: ({ id }) => id,
  groupOf: ({ epoch, retentionSeconds }) => `${epoch} ${retentionSeconds}`,
  sizeOf: ({ end }) => FINISH_BYTES + end.result.length,
  sendOne: (request) => finishExecution(model, request),
  isOutcomeUnknown: isDatabaseAway,
  async sendMany(requests) {
    const [first] = requests;
    if (!first) return [];
    const { epoch } = first;
    const ids = requests.map(({ id }) => id);
    const results = requests.map(({ end }) => end.result);
    const collection = collectionOf(model);
    await collection.updateMany(
      { _id: { $in: ids }, epoch, status: 'running' },
      plainEndPipeline(first, perDocumentValue(ids, results)),
    );
    const executions = await collection.find({ _id: { $in: ids } }).toArray();
    makeReadable(model, executions);
    const byId = new Map(executions.map((execution) => [execution._id, execution]));
    return requests.map((request) => ({ isDone: true, value: judgeFinish(byId.get(request.id), request) }));
  },
});

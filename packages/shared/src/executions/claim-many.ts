import type { Model } from 'mongoose';

import type { BatchKind } from '../batching/batcher.ts';
import { isDatabaseAway } from '../connections/mongo-errors.ts';
import { collectionOf } from '../models/collection-of.ts';
import { makeReadable } from '../models/readable.ts';
import type { ExecutionRecord } from '../schemas/execution.ts';
import { claimable, claimOne, claimPipeline, type ClaimRequest } from './claim.ts';
import { perDocumentValue } from './per-document-value.ts';

/** Bytes that one claim adds to a batch: its id and token. Filter and update are shared. */
const CLAIM_BYTES = 100;

/**
 * Batched claims: one update stamps each document with the token of its claim, then one find by id and token tells
 * which claims won and loads what is to be run.
 */
export const claimKind = (
  model: Model<ExecutionRecord>,
): BatchKind<ClaimRequest, ExecutionRecord | undefined> => ({
  idOf: ({ id }) => id,
  groupOf: ({ id: _id, token: _token, ...shared }) => JSON.stringify(shared),
  sizeOf: () => CLAIM_BYTES,
  sendOne: (request) => claimOne(model, request),
  isOutcomeUnknown: isDatabaseAway,
  async sendMany(requests) {
    const [first] = requests;
    if (!first) return [];
    const ids = requests.map(({ id }) => id);
    const tokens = requests.map(({ token }) => token);
    const collection = collectionOf(model);
    await collection.updateMany(
      { _id: { $in: ids }, ...claimable(first) },
      claimPipeline(first, perDocumentValue(ids, tokens)),
    );
    const executions = await collection
      .find({ _id: { $in: ids }, status: 'running', 'lease.token': { $in: tokens } })
      .toArray();
    makeReadable(model, executions);
    const byToken = new Map(executions.map((execution) => [execution.lease?.token, execution]));
    return requests.map(({ token }) => ({ isDone: true, value: byToken.get(token) }));
  },
});

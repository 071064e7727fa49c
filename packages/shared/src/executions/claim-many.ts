import type { Model } from 'mongoose';

import type { BatchKind } from '../batching/batcher.ts';
import { isDatabaseAway } from '../connections/mongo-errors.ts';
import { collectionOf } from '../models/collection-of.ts';
import type { ExecutionRecord } from '../schemas/execution.ts';
import { claimable, claimOne, claimPipeline, type ClaimRequest } from './claim.ts';
import { perDocumentValue } from './per-document-value.ts';

/** A claim's filter and update are some hundred bytes for the whole batch; each element adds its id and token. */
const CLAIM_BYTES = 100;

/**
 * Claims that go together: one update that stamps each document with its own claim's token, then one find by id and
 * token, which says who won and loads what is to be run.
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
    const won = await collection
      .find({ _id: { $in: ids }, status: 'running', 'lease.token': { $in: tokens } })
      .toArray();
    const byToken = new Map(won.map((execution) => [execution.lease?.token, execution]));
    return requests.map(({ token }) => ({ isDone: true, value: byToken.get(token) }));
  },
});

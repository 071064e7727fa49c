import type { Model } from 'mongoose';
import { z } from 'zod';

import { holdsNow, inMs, NOW } from '../executions/db-time.ts';
import { collectionOf } from '../models/collection-of.ts';
import type { ExecutionRecord } from '../schemas/execution.ts';
import { ContentText, JsonText } from '../schemas/stored-value.ts';

/** A lookup that takes longer costs more than it saves, and the time to accept is bounded. */
const LOOKUP_TIMEOUT_MS = 500;

/** The result of an earlier execution. Nothing else of that execution is read: it may belong to another owner. */
const CachedResult = z.object({
  result: JsonText,
  content: ContentText.optional(),
  /** The database's time. */
  now: z.date(),
});
export type CachedResult = z.infer<typeof CachedResult>;

export type Lookup = { kind: 'hit'; cached: CachedResult } | { kind: 'miss' } | { kind: 'unreadable' };

/** Finds the newest result under one of these keys that is at most `ttlMs` old, by the database's clock. */
export async function findCachedResult(
  model: Model<ExecutionRecord>,
  { keys, ttlMs }: { keys: readonly string[]; ttlMs: number },
): Promise<Lookup> {
  // The upper bound keeps out a stored time that no worker wrote: it would never end.
  const isFresh = { $and: [{ $gt: ['$cachedUntil', NOW] }, { $lte: ['$cachedUntil', inMs(ttlMs)] }] };
  const [found] = await collectionOf(model)
    .aggregate(
      [
        { $match: { cacheKey: { $in: keys }, status: 'completed', ...holdsNow(isFresh) } },
        { $sort: { cachedUntil: -1 } },
        { $limit: 1 },
        { $project: { _id: 0, result: 1, content: 1, now: NOW } },
      ],
      { timeoutMS: LOOKUP_TIMEOUT_MS },
    )
    .toArray();
  if (!found) return { kind: 'miss' };
  const { data: cached } = CachedResult.safeParse(found);
  return cached ? { kind: 'hit', cached } : { kind: 'unreadable' };
}

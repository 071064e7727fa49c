import { z } from 'zod';

import { bulkFilter, hasField, NEEDS_A_FIELD } from './bulk-filter.ts';
import { END_STATUSES, FailureKind, Fingerprint } from './execution.ts';
import { Instant } from './primitives.ts';

const MAX_CAP = 1_000;
const DEFAULT_CAP = 500;
const DAY_SECONDS = 86_400;

export const RedriveFilter = z
  .strictObject({
    ...bulkFilter,
    status: z.enum(END_STATUSES).optional().describe('`failed` unless said otherwise'),
    kind: FailureKind.optional(),
    fingerprint: Fingerprint.optional().describe('From `GET /api/executions/failures`'),
    from: Instant.optional().describe('Ended since, ISO 8601, included'),
    to: Instant.optional().describe('Ended until, ISO 8601, included'),
  })
  .refine(hasField, NEEDS_A_FIELD);
export type RedriveFilter = z.infer<typeof RedriveFilter>;

export const RedriveInput = z.strictObject({
  filter: RedriveFilter,
  dryRun: z.boolean().default(false).describe('Only count'),
  cap: z.int().min(1).max(MAX_CAP).default(DEFAULT_CAP).describe('At most so many are started'),
  staggerSeconds: z
    .number()
    .min(0)
    .max(DAY_SECONDS)
    .default(0)
    .describe('Spreads the starts over this time, evenly with a little chance in it'),
  again: z.boolean().default(false).describe('Also those that were done again before'),
});
export type RedriveInput = z.infer<typeof RedriveInput>;

/** What a redrive did: `matched` = `started` + `skipped` + `remaining`. */
export const Redrive = z.object({
  redriveId: z.uuid(),
  matched: z.int().describe('Executions that fit the filter'),
  started: z.int().describe('New executions of this redrive'),
  skipped: z.int().describe('Were done again before, or are refused now'),
  remaining: z.int().describe('For the next redrive'),
  refused: z
    .array(z.object({ code: z.string(), count: z.int() }))
    .describe('Why some cannot be done again as they are'),
  stopped: z
    .enum(['too_many_unfinished', 'overloaded'])
    .optional()
    .describe('The limit of unfinished work that ended it before its cap'),
  executions: z.array(z.object({ id: z.string(), rerunOf: z.string() })),
});
export type Redrive = z.infer<typeof Redrive>;

/**
 * A redrive that was asked for under an idempotency key, as stored in `redrives`. Without an answer it was stopped in
 * the middle, and the same request goes on with it.
 */
export const RedriveRecord = z.object({
  /** Made from the caller and the key. */
  _id: z.uuid(),
  bodyHash: z.string(),
  /** JSON text of the answer. */
  answer: z.string().optional(),
  expiresAt: z.date(),
  createdAt: z.date(),
  updatedAt: z.date(),
});
export type RedriveRecord = z.infer<typeof RedriveRecord>;

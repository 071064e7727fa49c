import { z } from 'zod';

import { bulkFilter, hasField, NEEDS_A_FIELD } from './bulk-filter.ts';
import { END_STATUSES, FailureKind, Fingerprint } from './execution.ts';
import { Instant } from './primitives.ts';
import { jsonTextOf, StoredTime } from './stored-value.ts';

const MAX_CAP = 1_000;
const DEFAULT_CAP = 500;
const DAY_SECONDS = 86_400;

export const RedriveFilter = z
  .strictObject({
    ...bulkFilter,
    status: z.enum(END_STATUSES).optional().describe('Default: `failed`'),
    kind: FailureKind.optional(),
    fingerprint: Fingerprint.optional().describe('From `GET /api/executions/failures`'),
    from: Instant.optional().describe('Ended at or after this time, ISO 8601'),
    to: Instant.optional().describe('Ended at or before this time, ISO 8601'),
  })
  .refine(hasField, NEEDS_A_FIELD);
export type RedriveFilter = z.infer<typeof RedriveFilter>;

export const RedriveInput = z.strictObject({
  filter: RedriveFilter,
  dryRun: z.boolean().default(false).describe('Only count; change nothing'),
  cap: z.int().min(1).max(MAX_CAP).default(DEFAULT_CAP).describe('Maximum number of new executions'),
  staggerSeconds: z
    .number()
    .min(0)
    .max(DAY_SECONDS)
    .default(0)
    .describe('Spreads the starts evenly over this time, with random jitter'),
  again: z.boolean().default(false).describe('Include executions that were already rerun'),
});
export type RedriveInput = z.infer<typeof RedriveInput>;

/** Result of a redrive: `matched` = `started` + `skipped` + `remaining`. */
export const Redrive = z.object({
  redriveId: z.uuid(),
  matched: z.int().describe('Executions that match the filter'),
  started: z.int().describe('New executions of this redrive'),
  skipped: z.int().describe('Already rerun, or refused now'),
  remaining: z.int().describe('Left for the next redrive'),
  refused: z
    .array(z.object({ code: z.string(), count: z.int() }))
    .describe('Why some executions cannot be rerun unchanged'),
  stopped: z
    .enum(['too_many_unfinished', 'overloaded'])
    .optional()
    .describe('Limit of unfinished work that stopped the redrive before its cap'),
  executions: z.array(z.object({ id: z.string(), rerunOf: z.string() })),
});
export type Redrive = z.infer<typeof Redrive>;

/**
 * A redrive requested with an idempotency key, as stored in `redrives`. Without an answer it was interrupted, and the same
 * request resumes it.
 */
export const RedriveRecord = z.object({
  /** Derived from the caller and the key. */
  _id: z.uuid(),
  bodyHash: z.string(),
  /** The response. */
  answer: jsonTextOf((value) => Redrive.safeParse(value).success, 'a redrive').optional(),
  expiresAt: StoredTime,
  createdAt: StoredTime,
  updatedAt: StoredTime,
});
export type RedriveRecord = z.infer<typeof RedriveRecord>;

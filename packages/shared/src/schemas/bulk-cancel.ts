import { z } from 'zod';

import { bulkFilter, hasField, NEEDS_A_FIELD } from './bulk-filter.ts';
import { UNFINISHED_STATUSES } from './execution.ts';
import { Instant } from './primitives.ts';

export const BulkCancelFilter = z
  .strictObject({
    ...bulkFilter,
    status: z.enum(UNFINISHED_STATUSES).optional(),
    from: Instant.optional().describe('Accepted at or after this time, ISO 8601'),
    to: Instant.optional().describe('Accepted at or before this time, ISO 8601'),
  })
  .refine(hasField, NEEDS_A_FIELD);
export type BulkCancelFilter = z.infer<typeof BulkCancelFilter>;

export const BulkCancelInput = z.strictObject({
  filter: BulkCancelFilter,
  dryRun: z.boolean().default(false).describe('Only count; change nothing'),
});
export type BulkCancelInput = z.infer<typeof BulkCancelInput>;

/** Result of a bulk cancel. */
export const BulkCancel = z.object({
  matched: z.int().describe('Unfinished executions that match the filter'),
  cancelled: z.int().describe('Executions that never run (again)'),
  requested: z.int().describe('Running executions that are being stopped'),
  remaining: z.int().describe('Matching executions beyond the limit of one request; repeat it'),
});
export type BulkCancel = z.infer<typeof BulkCancel>;

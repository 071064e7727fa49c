import { z } from 'zod';

import { bulkFilter, hasField, NEEDS_A_FIELD } from './bulk-filter.ts';
import { Instant } from './primitives.ts';

export const BulkCancelFilter = z
  .strictObject({
    ...bulkFilter,
    status: z.enum(['queued', 'running', 'retrying', 'input_required']).optional(),
    from: Instant.optional().describe('Accepted since, ISO 8601, included'),
    to: Instant.optional().describe('Accepted until, ISO 8601, included'),
  })
  .refine(hasField, NEEDS_A_FIELD);
export type BulkCancelFilter = z.infer<typeof BulkCancelFilter>;

export const BulkCancelInput = z.strictObject({
  filter: BulkCancelFilter,
  dryRun: z.boolean().default(false).describe('Only count'),
});
export type BulkCancelInput = z.infer<typeof BulkCancelInput>;

/** What a bulk cancel did. */
export const BulkCancel = z.object({
  matched: z.int().describe('Unfinished executions that fitted the filter'),
  cancelled: z.int().describe('They never run (again)'),
  requested: z.int().describe('They run and are being stopped'),
  remaining: z.int().describe('More than one request takes on: repeat it'),
});
export type BulkCancel = z.infer<typeof BulkCancel>;

import { z } from 'zod';

/** How failed attempts are repeated. Times in milliseconds. */
export const RetryPolicy = z.strictObject({
  attempts: z.int().min(1).max(100).default(3),
  backoff: z.enum(['fixed', 'exponential']).default('exponential'),
  delayMs: z.int().min(0).max(86_400_000).default(1_000),
  maxDelayMs: z.int().min(0).max(86_400_000).default(60_000),
});
export type RetryPolicy = z.infer<typeof RetryPolicy>;

/** Reaction to the death of a worker in the middle of a run: run it again, or end as `outcome_unknown`. */
export const OnCrash = z.enum(['rerun', 'fail']);
export type OnCrash = z.infer<typeof OnCrash>;

import { z } from 'zod';

/** How failed attempts are repeated. Times in milliseconds. */
export const RetryPolicy = z.strictObject({
  attempts: z.int().min(1).max(100).default(3),
  backoff: z.enum(['fixed', 'exponential']).default('exponential'),
  delayMs: z.int().min(0).max(86_400_000).default(1_000),
  maxDelayMs: z.int().min(0).max(86_400_000).default(60_000),
});
export type RetryPolicy = z.infer<typeof RetryPolicy>;

/** A week: whatever changes more rarely than that can as well be looked up again. */
const MAX_CACHE_TTL_MS = 604_800_000;

/** How long the result of an action serves later calls with the same payload, and whether those of other owners too. */
export const CachePolicy = z.strictObject({
  ttlMs: z.int().min(1).max(MAX_CACHE_TTL_MS),
  shared: z.boolean().default(false),
});
export type CachePolicy = z.infer<typeof CachePolicy>;

/** Reaction to the death of a worker in the middle of a run: run it again, or end as `outcome_unknown`. */
export const OnCrash = z.enum(['rerun', 'fail']);
export type OnCrash = z.infer<typeof OnCrash>;

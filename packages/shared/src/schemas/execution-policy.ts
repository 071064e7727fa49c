import { OnCrash, RetryPolicy } from '@mcp-server/plugin-sdk/schemas';
import { z } from 'zod';

/** Limits of one execution; fixed in its record when it is accepted. */
export const ExecutionPolicy = z.object({
  retry: RetryPolicy,
  timeoutMs: z.int().min(1).max(86_400_000),
  onCrash: OnCrash,
  maxCrashes: z.int().min(1).max(100),
});
export type ExecutionPolicy = z.infer<typeof ExecutionPolicy>;

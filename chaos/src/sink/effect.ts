import { z } from 'zod';

/** One side effect, as recorded by the sink. */
export const Effect = z.object({
  /** Milliseconds since the epoch. */
  at: z.number(),
  receipt: z.int(),
  /** The `idempotency-key` header. */
  key: z.string(),
  kind: z.enum(['once', 'plain']),
  attempt: z.int(),
});
export type Effect = z.infer<typeof Effect>;

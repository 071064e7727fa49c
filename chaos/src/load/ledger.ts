import { z } from 'zod';

/** One request that was answered for good, or given up. Written as soon as that is known. */
export const LedgerLine = z.object({
  /** Milliseconds since the epoch. */
  at: z.number(),
  key: z.string(),
  /** Number of the user; keys belong to users. */
  user: z.int(),
  action: z.string(),
  /** `refused`: told to come back later, by a row that does not. */
  outcome: z.enum(['accepted', 'conflict', 'given-up', 'refused']),
  /** The execution's id when accepted. */
  id: z.string().optional(),
  /** HTTP status of the last answer; 0 when there was none. */
  status: z.int(),
  tries: z.int(),
  /** Milliseconds that the last try took. */
  tookMs: z.number(),
});
export type LedgerLine = z.infer<typeof LedgerLine>;

/** Every try that did not get the wanted answer. */
export const Trouble = z.object({
  at: z.number(),
  key: z.string(),
  api: z.string(),
  kind: z.enum(['refused', 'reset', 'timeout', 'status']),
  /** HTTP status of `status`, else 0. */
  status: z.int(),
  /** What the answer asked to wait; 0 when it did not say. */
  retryAfterMs: z.number().default(0),
  detail: z.string(),
});
export type Trouble = z.infer<typeof Trouble>;

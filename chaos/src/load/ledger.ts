import { z } from 'zod';

/** One request with its final answer, or without one. Written as soon as that is known. */
export const LedgerLine = z.object({
  /** Milliseconds since the epoch. */
  at: z.number(),
  key: z.string(),
  /** Number of the user; keys belong to users. */
  user: z.int(),
  action: z.string(),
  /** `refused`: answered 429 or 503, in a row that does not repeat. */
  outcome: z.enum(['accepted', 'conflict', 'given-up', 'refused']),
  /** The execution's id when accepted. */
  id: z.string().optional(),
  /** HTTP status of the last answer; 0 when there was none. */
  status: z.int(),
  tries: z.int(),
  /** Duration of the last request in milliseconds. */
  tookMs: z.number(),
});
export type LedgerLine = z.infer<typeof LedgerLine>;

/** Requests that did not get the expected answer. */
export const Trouble = z.object({
  at: z.number(),
  key: z.string(),
  api: z.string(),
  kind: z.enum(['refused', 'reset', 'timeout', 'status']),
  /** HTTP status of `status`, else 0. */
  status: z.int(),
  /** Value of `Retry-After`; 0 without one. */
  retryAfterMs: z.number().default(0),
  detail: z.string(),
});
export type Trouble = z.infer<typeof Trouble>;

import { z } from 'zod';

import { ExecutionStatus } from './execution.ts';

export const EventType = z.enum([
  'execution.queued',
  'execution.started',
  'execution.progress',
  'execution.retrying',
  'execution.input_required',
  'execution.cancel_requested',
  'execution.completed',
  'execution.failed',
  'execution.cancelled',
]);
export type EventType = z.infer<typeof EventType>;

/**
 * What happened to an execution, as WebSocket and SSE clients see it. A hint to look: it may come twice, and the
 * document decides. Payloads, results and messages of failures are never in it.
 */
export const ExecutionEvent = z.object({
  /** Its place in the user's stream, to resume after. */
  id: z.string(),
  type: EventType,
  at: z.iso.datetime(),
  executionId: z.uuid(),
  taskId: z.string().optional(),
  plugin: z.string(),
  action: z.string(),
  status: ExecutionStatus,
  /** Counted from 1; missing before the first one starts. */
  attempt: z.int().optional(),
  progress: z
    .object({ done: z.number(), total: z.number().optional(), message: z.string().optional() })
    .optional(),
});
export type ExecutionEvent = z.infer<typeof ExecutionEvent>;

/** An event without its place: the stream gives that. */
export const StoredEvent = ExecutionEvent.omit({ id: true });
export type StoredEvent = z.infer<typeof StoredEvent>;

/** An id of a Redis stream: milliseconds, a dash, a counter. */
export const EventId = z.string().regex(/^\d{1,15}-\d{1,10}$/, 'must be the id of an event');

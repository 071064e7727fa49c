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
 * An event of an execution, as WebSocket and SSE clients get it. Only a hint: it may arrive twice, and the document
 * decides. It never contains payloads, results or failure messages.
 */
export const ExecutionEvent = z.object({
  /** Position in the user's stream, to resume after. */
  id: z.string(),
  type: EventType,
  at: z.iso.datetime(),
  executionId: z.uuid(),
  taskId: z.string().optional(),
  plugin: z.string(),
  action: z.string(),
  status: ExecutionStatus,
  /** Counted from 1; missing before the first attempt. */
  attempt: z.int().optional(),
  progress: z
    .object({ done: z.number(), total: z.number().optional(), message: z.string().optional() })
    .optional(),
});
export type ExecutionEvent = z.infer<typeof ExecutionEvent>;

/** An event without its position, which the stream assigns. */
export const StoredEvent = ExecutionEvent.omit({ id: true });
export type StoredEvent = z.infer<typeof StoredEvent>;

/** Id in a Redis stream: milliseconds, a dash, a counter. */
export const EventId = z.string().regex(/^\d{1,15}-\d{1,10}$/, 'must be the id of an event');

import { EventId, type StoredEvent } from '@mcp-server/shared';
import { z } from 'zod';

import { Topic } from './topics.ts';

const Topics = z.array(Topic).min(1).max(100);

/** Messages that a client may send. */
export const ClientMessage = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('subscribe'), topics: Topics, lastEventId: EventId.optional() }),
  z.strictObject({ type: z.literal('unsubscribe'), topics: Topics }),
  z.strictObject({ type: z.literal('ping') }),
]);
export type ClientMessage = z.infer<typeof ClientMessage>;

/** Undefined for anything that is not a message of this protocol. */
export function readMessage(text: string): ClientMessage | undefined {
  try {
    return ClientMessage.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/** Messages from the server besides events. `reset`: events may be missing, so read the current state. */
export type ServerMessage =
  | { type: 'subscribed' | 'unsubscribed'; topics: Topic[] }
  | { type: 'reset' }
  /** State of the execution at the start of a stream (SSE). */
  | { type: 'state'; state: StoredEvent }
  | { type: 'pong' }
  | { type: 'error'; code: string; detail: string };

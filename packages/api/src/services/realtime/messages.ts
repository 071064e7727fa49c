import { EventId, type StoredEvent } from '@mcp-server/shared';
import { z } from 'zod';

import { Topic } from './topics.ts';

const Topics = z.array(Topic).min(1).max(100);

/** What a client may send. */
export const ClientMessage = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('subscribe'), topics: Topics, lastEventId: EventId.optional() }),
  z.strictObject({ type: z.literal('unsubscribe'), topics: Topics }),
  z.strictObject({ type: z.literal('ping') }),
]);
export type ClientMessage = z.infer<typeof ClientMessage>;

/** Undefined for anything that is no message of this protocol. */
export function readMessage(text: string): ClientMessage | undefined {
  try {
    return ClientMessage.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/** What the server sends beside events: `reset` says that events may be missing and everything is to be read anew. */
export type ServerMessage =
  | { type: 'subscribed' | 'unsubscribed'; topics: Topic[] }
  | { type: 'reset' }
  /** How the execution is now, to begin with (SSE). */
  | { type: 'state'; state: StoredEvent }
  | { type: 'pong' }
  | { type: 'error'; code: string; detail: string };

import { EVENT_STREAM_MAX_LENGTH, EVENT_STREAM_TTL_SECONDS, EventType } from '@mcp-server/shared';
import { z } from 'zod';

/** Description of `/ws` for clients. */
export const SocketFacts = z.object({
  path: z.literal('/ws'),
  credentials: z.array(z.string()),
  send: z.array(z.string()),
  topics: z.array(z.string()),
  receive: z.array(z.string()),
  events: z.array(EventType),
  pingMs: z.int(),
  maxMessageBytes: z.int(),
  maxSocketsPerUser: z.int(),
  resume: z.object({ maxEvents: z.int(), maxAgeSeconds: z.int() }),
});
export type SocketFacts = z.infer<typeof SocketFacts>;

export const describeSocket = (
  config: { WS_PING_MS: number; WS_MAX_SOCKETS_PER_USER: number },
  maxMessageBytes: number,
): SocketFacts => ({
  path: '/ws',
  credentials: [
    'Authorization: Bearer <access token or API key>',
    'Sec-WebSocket-Protocol: bearer, <access token or API key>',
    'Sec-WebSocket-Protocol: ticket, <ticket of POST /ws/ticket>',
  ],
  send: [
    '{"type":"subscribe","topics":[…],"lastEventId":"…"}',
    '{"type":"unsubscribe","topics":[…]}',
    '{"type":"ping"}',
  ],
  topics: ['executions', 'tasks', 'execution:<id>', 'task:<id>'],
  receive: ['subscribed', 'unsubscribed', 'reset', 'pong', 'error', 'execution.*'],
  events: EventType.options,
  pingMs: config.WS_PING_MS,
  maxMessageBytes,
  maxSocketsPerUser: config.WS_MAX_SOCKETS_PER_USER,
  resume: { maxEvents: EVENT_STREAM_MAX_LENGTH, maxAgeSeconds: EVENT_STREAM_TTL_SECONDS },
});

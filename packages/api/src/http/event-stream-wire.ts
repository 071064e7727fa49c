import { PassThrough, type Readable } from 'node:stream';

import { isEnded } from '@mcp-server/shared';

import type { Wire } from '../services/realtime/live-socket.ts';

/** Wraps server-sent events as a `Wire`. A ping is a comment that clients do not answer. */
export function toEventStream(): { wire: Wire; stream: Readable } {
  const stream = new PassThrough();
  const wire: Wire = {
    send(message) {
      if (stream.writableEnded) return;
      const id = 'id' in message ? `id: ${message.id}\n` : '';
      stream.write(`${id}event: ${message.type}\ndata: ${JSON.stringify(message)}\n\n`);
      const state = 'state' in message ? message.state : message;
      // The last event: an ended execution has no more.
      if ('status' in state && isEnded(state.status)) stream.end();
    },
    bufferedBytes: () => stream.readableLength + stream.writableLength,
    ping: () => void stream.write(': ping\n\n'),
    close: () => void stream.end(),
    terminate: () => void stream.destroy(),
  };
  return { wire, stream };
}

import type { WebSocket } from '@fastify/websocket';

import type { Wire } from '../services/realtime/live-socket.ts';

/** Wraps a WebSocket as a `Wire`. */
export const toWire = (socket: WebSocket): Wire => ({
  send: (message) => socket.send(JSON.stringify(message)),
  bufferedBytes: () => socket.bufferedAmount,
  ping: () => socket.ping(),
  close: (code, reason) => socket.close(code, reason),
  terminate: () => socket.terminate(),
});

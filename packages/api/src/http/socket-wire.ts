import type { WebSocket } from '@fastify/websocket';

import type { Wire } from '../services/realtime/live-socket.ts';

/** A WebSocket as the service sees it. */
export const toWire = (socket: WebSocket): Wire => ({
  send: (message) => socket.send(JSON.stringify(message)),
  bufferedBytes: () => socket.bufferedAmount,
  ping: () => socket.ping(),
  close: (code, reason) => socket.close(code, reason),
  terminate: () => socket.terminate(),
});

import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Echo {
  headers: IncomingHttpHeaders;
  url: string;
}

interface Teardown {
  teardown(fn: () => Promise<void>): void;
}

/** Size of a response that is long enough to be compressed (bytes). */
const LONG = 4_096;

/**
 * A server that echoes requests. `/stream` sends a first event at once and the rest after `finish` is called; an
 * upgrade is accepted and its bytes are echoed.
 */
export async function startEchoServer(t: Teardown) {
  let finish = () => {};
  const finished = new Promise<void>((resolve) => (finish = resolve));
  const server = createServer((request, response) => {
    if (request.url?.endsWith('/events')) {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: first\n\n');
      return void finished.then(() => response.end('data: last\n\n'));
    }
    request.resume().once('end', () => {
      const echo: Echo & { filler: string } = {
        headers: request.headers,
        url: request.url ?? '',
        filler: 'x'.repeat(LONG),
      };
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(echo));
    });
  });
  server.on('upgrade', (request, socket) => {
    socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
    socket.write(`${request.headers['sec-websocket-protocol']}\n`);
    socket.on('error', () => undefined).pipe(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(async () => {
    finish();
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });
  return { port: (server.address() as AddressInfo).port, finish: () => finish() };
}

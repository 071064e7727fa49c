import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * The suite cannot send credentials, so this proxy adds an API key to every request and changes nothing else: `Host`,
 * `Origin` and all other headers are forwarded, and so is a closed connection.
 */
export async function startCredentialProxy(
  t: { teardown(fn: () => Promise<void>): void },
  target: { port: number; apiKey: string },
): Promise<string> {
  const server = createServer((incoming, outgoing) => passOn(incoming, outgoing, target));
  server.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  t.teardown(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function passOn(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  { port, apiKey }: { port: number; apiKey: string },
): void {
  const onward = request(
    {
      host: '127.0.0.1',
      port,
      method: incoming.method,
      path: incoming.url,
      headers: { ...incoming.headers, 'x-api-key': apiKey },
      // Each request has its own connection, so that a broken one concerns this request only.
      agent: false,
    },
    (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    },
  );
  onward.on('error', () => outgoing.destroy());
  outgoing.on('close', () => onward.destroy());
  incoming.pipe(onward);
}

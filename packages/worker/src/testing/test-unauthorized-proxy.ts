import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

import { type Bson, forwardMessages, readDocument, replaceDocument } from './test-wire-messages.ts';

const UNAUTHORIZED = {
  ok: 0,
  code: 13,
  codeName: 'Unauthorized',
  errmsg: 'not authorized on db to execute command',
};

/** Starts a proxy before the database that answers one command as to a user without the right. Resolves to its URI. */
export async function startUnauthorizedProxy(
  t: { teardown(fn: () => Promise<void>): void },
  { uri, BSON, command }: { uri: string; BSON: Bson; command: string },
): Promise<string> {
  const { hostname, port } = new URL(uri);
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const database = connect(Number(port), hostname);
    for (const socket of [client, database]) {
      sockets.add(socket);
      socket
        .on('error', () => undefined)
        .on('close', () => [client, database].forEach((one) => one.destroy()));
    }
    forwardMessages(client, database, (message) => {
      const document = readDocument(message, BSON);
      if (!document || !(command in document)) return message;
      const reply = replaceDocument(message, UNAUTHORIZED, BSON);
      // The reply names the request that it answers.
      message.copy(reply, 8, 4, 8);
      client.write(reply);
      return undefined;
    });
    forwardMessages(database, client, (message) => message);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const proxied = new URL(uri);
  proxied.host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return proxied.href;
}

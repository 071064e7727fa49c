import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

import { type Bson, forwardMessages, readDocument, replaceDocument } from './test-wire-messages.ts';

interface Teardown {
  teardown(fn: () => Promise<void>): void;
}

interface InsertCommand {
  insert?: string;
  documents?: Record<string, unknown>[];
}

interface InsertReply {
  writeErrors?: { index: number; code: number; errmsg: string }[];
}

const WRITE_CONFLICT = 112;

/**
 * Starts a proxy before the database that gives chosen documents of an insert a write conflict, as a database does:
 * they are not stored, the others are, and the reply has the index of each. Resolves to the URI of the proxy.
 */
export async function startConflictProxy(
  t: Teardown,
  { uri, BSON, meets }: { uri: string; BSON: Bson; meets: (document: object) => boolean },
): Promise<string> {
  const { hostname, port } = new URL(uri);
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const database = connect(Number(port || 27_017), hostname);
    const met = new Map<number, number[]>();
    for (const socket of [client, database]) {
      sockets.add(socket);
      socket
        .on('error', () => undefined)
        .on('close', () => [client, database].forEach((one) => one.destroy()));
    }
    forwardMessages(client, database, (message) => {
      const command: InsertCommand | undefined = readDocument(message, BSON);
      const { documents } = command ?? {};
      if (!command || command.insert === undefined || !documents) return message;
      const places = documents.flatMap((document, place) => (meets(document) ? [place] : []));
      if (places.length === 0) return message;
      met.set(message.readInt32LE(4), places);
      return replaceDocument(
        message,
        { ...command, documents: documents.filter((one) => !meets(one)) },
        BSON,
      );
    });
    forwardMessages(database, client, (message) => {
      const places = met.get(message.readInt32LE(8));
      const reply: InsertReply | undefined = readDocument(message, BSON);
      if (!places || !reply) return message;
      const writeErrors = places.map((index) => ({ index, code: WRITE_CONFLICT, errmsg: 'WriteConflict' }));
      for (const error of reply.writeErrors ?? []) {
        const index = places.reduce((moved, place) => (place <= moved ? moved + 1 : moved), error.index);
        writeErrors.push({ ...error, index });
      }
      return replaceDocument(message, { ...reply, writeErrors }, BSON);
    });
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

import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

import type { Models } from '@mcp-server/shared';

type Bson = Models['ExecutionModel']['base']['mongo']['BSON'];

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

const HEADER_BYTES = 16;
const OP_MSG = 2_013;
/** After the header: 4 bytes of flags, then one byte for "a document follows". */
const DOCUMENT_AT = HEADER_BYTES + 5;
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

/** Forwards whole messages, each changed by `change`. */
function forwardMessages(from: Socket, to: Socket, change: (message: Buffer) => Buffer): void {
  let received = Buffer.alloc(0);
  from.on('data', (chunk) => {
    received = Buffer.concat([received, chunk]);
    while (received.length >= HEADER_BYTES && received.length >= received.readInt32LE(0)) {
      const length = received.readInt32LE(0);
      to.write(change(received.subarray(0, length)));
      received = received.subarray(length);
    }
  });
}

function readDocument(message: Buffer, BSON: Bson): Record<string, never> | undefined {
  const isDocument = message.readInt32LE(12) === OP_MSG && message[DOCUMENT_AT - 1] === 0;
  if (!isDocument) return undefined;
  return BSON.deserialize(message.subarray(DOCUMENT_AT)) as Record<string, never>;
}

function replaceDocument(message: Buffer, document: object, BSON: Bson): Buffer {
  const replaced = Buffer.concat([message.subarray(0, DOCUMENT_AT), BSON.serialize(document)]);
  replaced.writeInt32LE(replaced.length, 0);
  return replaced;
}

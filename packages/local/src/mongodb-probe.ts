import { once } from 'node:events';
import { createConnection, type Socket } from 'node:net';

import { deserialize, serialize, type Document } from 'bson';

import { FrameReader } from './gateway/frame-reader.ts';
import { opMsgParts, parseOpMsg } from './gateway/op-msg.ts';

const ATTEMPT_MS = 5_000;
const PROBE_DATABASE = 'local_services';

/** Whether the MongoDB server at this loopback port answers `ping` and stores a document. */
export async function storesDocuments(port: number): Promise<boolean> {
  const socket = createConnection({ host: '127.0.0.1', port });
  socket.setTimeout(ATTEMPT_MS, () => socket.destroy(new Error('no answer')));
  try {
    await once(socket, 'connect');
    const replies = [
      await runCommand(socket, { ping: 1, $db: PROBE_DATABASE }),
      await runCommand(socket, {
        update: 'starts',
        updates: [{ q: { _id: 'last' }, u: { $set: { at: new Date() } }, upsert: true }],
        $db: PROBE_DATABASE,
      }),
    ];
    return replies.every((reply) => reply['ok'] === 1 && reply['writeErrors'] === undefined);
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

async function runCommand(socket: Socket, command: Document): Promise<Document> {
  const reader = new FrameReader();
  socket.write(Buffer.concat(opMsgParts(1, 0, serialize(command))));
  for (;;) {
    const [chunk] = (await once(socket, 'data')) as [Buffer];
    const [frame] = reader.push(chunk);
    if (frame !== undefined) return deserialize(parseOpMsg(frame).body);
  }
}

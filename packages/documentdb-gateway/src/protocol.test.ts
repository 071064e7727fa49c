import { once } from 'node:events';
import { createConnection, type Socket } from 'node:net';

import { deserialize, serialize, type Document } from 'bson';
import t from 'tap';

import { FrameReader } from './frame-reader.ts';
import { parseOpMsg } from './op-msg.ts';
import { connect, openTestDatabase, testMongodbUri } from './testing/test-database.ts';

const CHECKSUM_PRESENT = 1;
const MORE_TO_COME = 2;
const EXHAUST_ALLOWED = 1 << 16;

const { hostname: host, port } = new URL(testMongodbUri());
const { databaseName } = await openTestDatabase(t);

type Test = Pick<typeof t, 'teardown'>;

async function openSocket(t: Test): Promise<Socket> {
  const socket = createConnection({ host, port: Number(port) });
  t.teardown(() => socket.destroy());
  await once(socket, 'connect');
  return socket;
}

function withHeader(opCode: number, requestId: number, body: Buffer): Buffer {
  const header = Buffer.alloc(16);
  for (const [i, value] of [16 + body.length, requestId, 0, opCode].entries())
    header.writeInt32LE(value, i * 4);
  return Buffer.concat([header, body]);
}

/** An OP_MSG with a command, an optional section of documents, and flags. */
function opMsg(requestId: number, command: Document, flags = 0, section?: [string, Document[]]): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt32LE(flags, 0);
  const parts = [head, serialize({ ...command, $db: databaseName })];
  if (section !== undefined) {
    const [name, documents] = section;
    const content = Buffer.concat([
      Buffer.from(`${name}\0`),
      ...documents.map((document) => serialize(document)),
    ]);
    const size = Buffer.alloc(4);
    size.writeInt32LE(content.length + 4);
    parts.push(Buffer.from([1]), size, content);
  }
  if ((flags & CHECKSUM_PRESENT) !== 0) parts.push(Buffer.alloc(4, 0xff));
  return withHeader(2013, requestId, Buffer.concat(parts));
}

/** Request ids and documents of the next `count` replies. */
async function receive(socket: Socket, count: number): Promise<[number, Document][]> {
  const reader = new FrameReader();
  const replies: [number, Document][] = [];
  for await (const [chunk] of on(socket)) {
    for (const frame of reader.push(chunk)) {
      replies.push([frame.readInt32LE(8), deserialize(parseOpMsg(frame).body)]);
    }
    if (replies.length >= count) break;
  }
  return replies;
}

async function* on(socket: Socket): AsyncGenerator<[Buffer]> {
  for (;;) yield (await once(socket, 'data')) as [Buffer];
}

t.test('answers requests sent together in their order', async (t) => {
  const socket = await openSocket(t);

  socket.write(Buffer.concat([1, 2, 3].map((id) => opMsg(id, { ping: 1 }))));
  const replies = await receive(socket, 3);

  t.same(
    replies.map(([id, reply]) => [id, reply['ok']]),
    [
      [1, 1],
      [2, 1],
      [3, 1],
    ],
  );
});

t.test('accepts documents in the command and in a section, with a checksum at the end', async (t) => {
  const socket = await openSocket(t);

  socket.write(opMsg(1, { insert: 'sections', documents: [{ _id: 1 }] }, CHECKSUM_PRESENT));
  socket.write(opMsg(2, { insert: 'sections' }, CHECKSUM_PRESENT, ['documents', [{ _id: 2 }, { _id: 3 }]]));
  const replies = await receive(socket, 2);

  t.match(replies, [
    [1, { n: 1, ok: 1 }],
    [2, { n: 2, ok: 1 }],
  ]);
});

t.test('sends no reply to a message that expects none', async (t) => {
  const socket = await openSocket(t);

  socket.write(opMsg(1, { insert: 'silent', documents: [{ _id: 1 }] }, MORE_TO_COME));
  socket.write(opMsg(2, { count: 'silent' }, EXHAUST_ALLOWED));
  const replies = await receive(socket, 1);

  t.match(replies, [[2, { n: 1, ok: 1 }]]);
});

t.test('answers the legacy hello of drivers', async (t) => {
  const socket = await openSocket(t);
  const query = Buffer.concat([
    Buffer.alloc(4),
    Buffer.from('admin.$cmd\0'),
    Buffer.from([0, 0, 0, 0, 255, 255, 255, 255]),
    serialize({ isMaster: 1, helloOk: true }),
  ]);

  socket.write(withHeader(2004, 9, query));
  const [frame] = (await once(socket, 'data')) as [Buffer];

  t.equal(frame.readInt32LE(12), 1);
  t.match(deserialize(frame.subarray(36)), { ismaster: true, helloOk: true, maxWireVersion: 21, ok: 1 });
});

t.test('an unknown command is an error, and the connection goes on', async (t) => {
  const socket = await openSocket(t);

  socket.write(opMsg(1, { fly: 1 }));
  socket.write(opMsg(2, { insert: 7, documents: [] }));
  socket.write(opMsg(3, { buildInfo: 1 }));
  const replies = await receive(socket, 3);

  t.match(replies, [
    [1, { ok: 0, code: 59, codeName: 'CommandNotFound' }],
    [2, { ok: 0, code: 2, codeName: 'BadValue' }],
    [3, { ok: 1, maxBsonObjectSize: 16_777_216 }],
  ]);
});

t.test('an invalid message closes its own connection only', async (t) => {
  const other = await openSocket(t);
  const broken = [
    Buffer.alloc(16),
    withHeader(2013, 1, Buffer.from([4, 0, 0, 0, 0])),
    withHeader(2012, 1, Buffer.alloc(30)),
    withHeader(2013, 1, Buffer.from([0, 0, 0, 0, 0, 255, 255, 255, 127])),
    withHeader(2013, 1, Buffer.from([0, 0, 0, 0, 0, 6, 0, 0, 0, 99, 0])),
  ];

  for (const bytes of broken) {
    const socket = await openSocket(t);
    socket.resume();
    socket.write(bytes);
    await once(socket, 'close');
  }

  other.write(opMsg(1, { ping: 1 }));
  t.match(await receive(other, 1), [[1, { ok: 1 }]]);
});

t.test('a login is refused as a wrong password is, so that no client believes in a protection', async (t) => {
  const uri = testMongodbUri().replace('://', '://user:password@');

  await t.rejects(connect(t, uri), { name: 'MongoServerError', code: 18, codeName: 'AuthenticationFailed' });
});

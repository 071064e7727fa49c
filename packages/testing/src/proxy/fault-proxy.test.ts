import { once } from 'node:events';
import { type AddressInfo, createConnection, createServer, type Socket } from 'node:net';

import { t, type Test } from 'tap';

import { FaultProxy } from './fault-proxy.ts';
import { mongoCommand } from './wire.ts';

/** A server that answers every chunk in capitals and records its input. */
async function openShouter(t: Test): Promise<{ port: number; received: string[] }> {
  const received: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('data', (piece: Buffer) => {
      received.push(piece.toString());
      socket.write(piece.toString().toUpperCase());
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { port: (server.address() as AddressInfo).port, received };
}

async function openProxy(t: Test): Promise<{ proxy: FaultProxy; received: string[]; call: () => Socket }> {
  const { port, received } = await openShouter(t);
  const proxy = await FaultProxy.open(port, { random: drawInTurn(), marks: ['first'] });
  t.teardown(() => proxy.close());
  const call = () => {
    const socket = createConnection({ host: '127.0.0.1', port: proxy.port });
    t.teardown(() => socket.destroy());
    socket.on('error', () => undefined);
    return socket;
  };
  return { proxy, received, call };
}

async function ask(socket: Socket, text: string): Promise<string> {
  socket.write(text);
  const [reply] = (await once(socket, 'data')) as [Buffer];
  return reply.toString();
}

const all = () => true;

const DRAWS = [0.1, 0.9, 0.5, 0.49];

function drawInTurn(): () => number {
  let turn = 0;
  return () => DRAWS[turn++ % DRAWS.length] ?? 0;
}

void t.test('a proxy without a fault forwards both directions', async (t) => {
  const { call } = await openProxy(t);

  t.equal(await ask(call(), 'hello'), 'HELLO');
});

void t.test('a delay applies to request and reply', async (t) => {
  const { proxy, call } = await openProxy(t);
  const socket = call();
  await ask(socket, 'warm');
  proxy.setFault({ kind: 'delay', ms: 40 });

  const startedAt = performance.now();
  t.equal(await ask(socket, 'late'), 'LATE');

  t.ok(performance.now() - startedAt >= 78, 'both directions were delayed');
});

void t.test('a black hole stops all traffic, and the data sent during it arrives afterwards', async (t) => {
  const { proxy, received, call } = await openProxy(t);
  const [held, other] = [call(), call()];
  await ask(held, 'warm');
  proxy.setFault({ kind: 'drop' });
  held.write('held');
  other.write('new');
  // A connection around the proxy proves that the server had time to receive it.
  await new Promise((resolve) => setImmediate(resolve));
  t.same(received, ['warm']);

  proxy.setFault({ kind: 'none' });

  const replies = await Promise.all([once(held, 'data'), once(other, 'data')]);
  t.same(replies.map(String), ['HELD', 'NEW']);
});

void t.test('silenced connections stay open and carry nothing, and new ones pass', async (t) => {
  const { proxy, received, call } = await openProxy(t);
  const [first, second] = [call(), call()];
  await ask(first, 'first');
  await ask(second, 'second');

  t.equal(proxy.silence('both', 'first'), 1);
  first.write('lost');
  t.equal(await ask(second, 'passes'), 'PASSES', 'a connection without the mark passes');
  t.equal(proxy.silence('replies'), 2);
  second.write('heard');
  t.equal(await ask(call(), 'new'), 'NEW');

  t.same(received, ['first', 'second', 'passes', 'heard', 'new'], 'only the replies were lost');
  t.equal(proxy.openConnections, 3);
  first.destroy();
  second.destroy();
});

void t.test('a reset is seen as a reset', async (t) => {
  const { proxy, call } = await openProxy(t);
  const socket = call();
  await ask(socket, 'warm');
  const failed = once(socket, 'error');

  proxy.resetAll();

  t.match(await failed.catch((error: Error) => [error]), [{ code: 'ECONNRESET' }]);
});

void t.test('a connection closes after the given number of reply bytes', async (t) => {
  const { proxy, call } = await openProxy(t);
  proxy.setFault({ kind: 'close-after', replyBytes: 3 });
  const socket = call();
  const closed = once(socket, 'close');

  t.equal(await ask(socket, 'hello'), 'HEL');

  await closed;
});

void t.test('a swallowed reply: the server received the request, the caller sees a reset', async (t) => {
  const { proxy, received, call } = await openProxy(t);
  const socket = call();
  await ask(socket, 'warm');
  proxy.setFault({ kind: 'swallow', rate: 1, matches: (piece) => piece.includes('write'), how: 'cut' });
  t.equal(await ask(socket, 'read'), 'READ', 'other requests pass');
  const failed = once(socket, 'error').catch((error: Error) => [error]);
  let replies = 0;
  socket.on('data', () => (replies += 1));

  socket.write('write');

  t.match(await failed, [{ code: 'ECONNRESET' }]);
  t.same(received, ['warm', 'read', 'write']);
  t.equal(replies, 0);
  t.equal(proxy.swallowed, 1);
});

void t.test('a swallowed reply can leave the caller without any answer', async (t) => {
  const { proxy, received, call } = await openProxy(t);
  proxy.setFault({ kind: 'swallow', rate: 1, matches: all, how: 'hole', holeMs: 60 });
  const socket = call();
  const startedAt = performance.now();
  const failed = once(socket, 'error').catch((error: Error) => [error]);

  socket.write('write');

  t.match(await failed, [{ code: 'ECONNRESET' }]);
  t.ok(performance.now() - startedAt >= 58);
  t.same(received, ['write']);
});

void t.test('a rate swallows the share that the draws give', async (t) => {
  const { proxy, call } = await openProxy(t);
  proxy.setFault({ kind: 'swallow', rate: 0.5, matches: all, how: 'cut' });
  let answered = 0;

  for (let turn = 0; turn < 20; turn += 1) {
    const socket = call();
    socket.write('x');
    const isAnswered = await Promise.race([
      once(socket, 'data').then(
        () => true,
        () => false,
      ),
      once(socket, 'close').then(
        () => false,
        () => false,
      ),
    ]);
    if (isAnswered) answered += 1;
    socket.destroy();
  }

  t.equal(answered, 10);
});

void t.test('a refused connection to the server is forwarded as a reset', async (t) => {
  const closedServer = createServer().listen(0, '127.0.0.1');
  await once(closedServer, 'listening');
  const { port } = closedServer.address() as AddressInfo;
  closedServer.close();
  await once(closedServer, 'close');
  const proxy = await FaultProxy.open(port);
  t.teardown(() => proxy.close());

  const socket = createConnection({ host: '127.0.0.1', port: proxy.port });
  const [error] = (await once(socket, 'error').catch((cause: Error) => [cause])) as [NodeJS.ErrnoException];

  t.equal(error.code, 'ECONNRESET');
});

void t.test('the command of a MongoDB message is read from its first field', async (t) => {
  const message = Buffer.concat([Buffer.alloc(26), Buffer.from('insert\0rest')]);
  message.writeInt32LE(2013, 12);

  t.equal(mongoCommand(message), 'insert');
  t.equal(mongoCommand(Buffer.from('*1\r\n$4\r\nping\r\n')), undefined);
});

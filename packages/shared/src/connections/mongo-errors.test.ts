import { once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';

import t from 'tap';

import { isDatabaseAway } from './mongo-errors.ts';

t.test('a socket error that the driver passes on means that the database is away', async (t) => {
  const server = createServer((socket) => socket.resetAndDestroy());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => server.close());
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  const [error] = (await once(socket, 'error').catch((caught: unknown) => [caught])) as [Error];

  t.equal((error as NodeJS.ErrnoException).code, 'ECONNRESET');
  t.ok(isDatabaseAway(error));
});

t.test('a refusal by the database, and an error without a socket, do not', async (t) => {
  t.notOk(isDatabaseAway(Object.assign(new Error('duplicate key'), { code: 11_000 })));
  t.notOk(isDatabaseAway(Object.assign(new Error('made up'), { code: 'ECONNRESET' })));
  t.notOk(isDatabaseAway('ECONNRESET'));
});

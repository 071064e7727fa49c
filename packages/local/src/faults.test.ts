import { once } from 'node:events';
import { createConnection } from 'node:net';

import t from 'tap';

import { connect, startOwnServices } from './testing/test-database.ts';
import { waitFor } from './testing/test-processes.ts';

/** Upper bound for an answer while the database is down. */
const ANSWER_MS = 2_500;

const services = await startOwnServices(t);
const { mongodb, redis } = services;
if (mongodb === undefined || redis === undefined) throw new Error('these tests start their own servers');

/** Sends one inline Redis command and returns the raw reply. */
async function askRedis(command: string): Promise<string> {
  const { hostname, port } = new URL(services.redisUrl);
  const socket = createConnection({ host: hostname, port: Number(port) });
  try {
    await once(socket, 'connect');
    socket.write(`${command}\r\n`);
    const [chunk] = await once(socket, 'data');
    return String(chunk);
  } finally {
    socket.destroy();
  }
}

t.test('Redis evicts nothing and writes an append-only file', async (t) => {
  t.match(await askRedis('CONFIG GET maxmemory-policy'), /noeviction/);
  t.match(await askRedis('CONFIG GET appendonly'), /yes/);
  t.match(await askRedis('CONFIG GET appendfsync'), /everysec/);
  t.match(await askRedis('CONFIG GET bind'), /127\.0\.0\.1/);
});

t.test('Redis keeps its port and data over a kill', async (t) => {
  await askRedis('SET key value');
  await waitFor(
    async () => /aof_pending_bio_fsync:0/.test(await askRedis('INFO persistence')),
    () => 'no fsync',
  );

  await redis.kill();
  await t.rejects(askRedis('PING'), { code: 'ECONNREFUSED' });
  await redis.restart();

  t.match(await askRedis('GET key'), /value/);
});

t.test('a paused Redis answers when it is resumed', async (t) => {
  redis.pause();
  const answer = askRedis('PING');
  redis.resume();

  t.match(await answer, /PONG/);
});

t.test(
  'commands fail quickly while the database is down, and work after its restart on the same connection',
  async (t) => {
    const client = await connect(t, services.mongodbUri, { retryReads: false });
    const items = client.db('faults').collection<{ _id: number }>('items');
    await items.insertOne({ _id: 1 });

    await mongodb.kill();
    const startedAt = Date.now();
    const outcomes = await Promise.allSettled([
      items.insertOne({ _id: 2 }),
      items.findOne(),
      client.db().command({ ping: 1 }),
    ]);
    const tookMs = Date.now() - startedAt;
    await mongodb.restart();

    t.ok(outcomes.every((outcome) => outcome.status === 'rejected'));
    t.ok(tookMs < ANSWER_MS, `answered after ${tookMs} ms`);
    await items.insertOne({ _id: 3 });
    t.same(
      (await items.find().sort({ _id: 1 }).toArray()).map((item) => item._id),
      [1, 3],
    );
  },
);

t.test('a database restart under load loses no acknowledged write', async (t) => {
  const client = await connect(t, services.mongodbUri);
  const items = client.db('faults').collection<{ _id: number }>('loaded');
  const acknowledged = new Set<number>();
  const until = { isOver: false };
  const writers = Array.from({ length: 8 }, async (_, writer) => {
    for (let n = writer; !until.isOver; n += 8) {
      await items.insertOne({ _id: n }).then(
        () => acknowledged.add(n),
        () => undefined,
      );
    }
  });

  await waitFor(
    () => acknowledged.size > 200,
    () => 'no writes',
  );
  await mongodb.kill();
  await mongodb.restart();
  const before = acknowledged.size;
  await waitFor(
    () => acknowledged.size > before + 200,
    () => 'no writes after the restart',
  );
  until.isOver = true;
  await Promise.all(writers);

  const stored = new Set(await items.distinct('_id'));
  t.same(
    [...acknowledged].filter((id) => !stored.has(id)),
    [],
  );
});

t.test('a sorted cursor stays open during many other commands', async (t) => {
  const client = await connect(t, services.mongodbUri);
  const items = client.db('faults').collection<{ _id: number }>('paged');
  await items.insertMany(Array.from({ length: 500 }, (_, _id) => ({ _id })));
  const cursor = items.find().sort({ _id: -1 }).batchSize(100);

  t.equal((await cursor.next())?._id, 499);
  await Promise.all(Array.from({ length: 50 }, () => items.findOne({ _id: 1 })));
  t.equal((await cursor.toArray()).length, 499);
});

t.test('hundreds of clients are served at once', async (t) => {
  const client = await connect(t, services.mongodbUri, { maxPoolSize: 300, minPoolSize: 300 });
  const items = client.db('faults').collection<{ _id: number }>('crowd');

  await Promise.all(Array.from({ length: 600 }, (_, _id) => items.insertOne({ _id })));

  t.equal(await items.countDocuments(), 600);
});

t.test('a paused gateway freezes clients, which continue after it', async (t) => {
  const client = await connect(t, services.mongodbUri);
  mongodb.pause();
  const answer = client.db().command({ ping: 1 });
  mongodb.resume();

  t.match(await answer, { ok: 1 });
});

import t from 'tap';

import { connect, openTestDatabase, testMongodbUri } from './testing/test-database.ts';

const RACERS = 12;

const database = await openTestDatabase(t);
const clients = await Promise.all(
  Array.from({ length: RACERS }, () => connect(t, testMongodbUri(), { maxPoolSize: 2 })),
);
const racers = clients.map((client) => client.db(database.databaseName));

t.test('of twelve clients exactly one wins each document', async (t) => {
  const rounds = 40;
  const jobs = database.collection<{ _id: number; status: string; winner?: number }>('jobs');
  await jobs.insertMany(Array.from({ length: rounds }, (_, _id) => ({ _id, status: 'queued' })));

  const wins = await Promise.all(
    racers.flatMap((racer, winner) =>
      Array.from({ length: rounds }, (_, _id) =>
        racer
          .collection<{ _id: number }>('jobs')
          .findOneAndUpdate(
            { _id, status: 'queued' },
            { $set: { status: 'running', winner } },
            { returnDocument: 'after' },
          ),
      ),
    ),
  );

  const won = wins.filter((job) => job !== null);
  t.equal(won.length, rounds);
  t.equal(new Set(won.map((job) => job._id)).size, rounds);
});

t.test('increments from twelve clients all count', async (t) => {
  await database.collection<{ _id: string; n: number }>('counters').insertOne({ _id: 'a', n: 0 });

  await Promise.all(
    racers.flatMap((racer) =>
      Array.from({ length: 20 }, () =>
        racer.collection<{ _id: string }>('counters').updateOne({ _id: 'a' }, { $inc: { n: 1 } }),
      ),
    ),
  );

  t.equal(
    (await database.collection<{ _id: string; n: number }>('counters').findOne({ _id: 'a' }))?.n,
    RACERS * 20,
  );
});

t.test('updates of several documents in opposite orders do not fail', async (t) => {
  const items = database.collection<{ _id: number; n: number }>('crossed');
  await items.insertMany(Array.from({ length: 20 }, (_, _id) => ({ _id, n: 0 })));
  const orders = [Array.from({ length: 20 }, (_, i) => i), Array.from({ length: 20 }, (_, i) => 19 - i)];

  await Promise.all(
    racers.map((racer, i) =>
      racer.collection<{ _id: number }>('crossed').bulkWrite(
        (orders[i % 2] ?? []).map((_id) => ({
          updateOne: { filter: { _id }, update: { $inc: { n: 1 } } },
        })),
      ),
    ),
  );

  t.ok((await items.find().toArray()).every((item) => item.n === RACERS));
});

t.test('a unique index admits one of twelve', async (t) => {
  const runs = database.collection('runs');
  await runs.createIndex({ key: 1 }, { unique: true });

  const results = await Promise.allSettled(
    racers.map((racer) => racer.collection('runs').insertOne({ key: 'k' })),
  );

  const failures = results.filter((result) => result.status === 'rejected');
  t.equal(failures.length, RACERS - 1);
  t.ok(failures.every((failure) => failure.reason.code === 11000));
});

t.test('concurrent upserts of one key store one document', async (t) => {
  const results = await Promise.allSettled(
    racers.map((racer) =>
      racer
        .collection<{ _id: string }>('upserts')
        .updateOne({ _id: 'a' }, { $inc: { n: 1 } }, { upsert: true }),
    ),
  );

  t.ok(results.every((result) => result.status === 'fulfilled' || result.reason.code === 11000));
  t.equal(await database.collection('upserts').countDocuments(), 1);
});

t.test('first inserts into new collections all succeed', async (t) => {
  for (const name of ['new1', 'new2', 'new3']) {
    await Promise.all(racers.map((racer, i) => racer.collection(name).insertOne({ i })));

    t.equal(await database.collection(name).countDocuments(), RACERS);
  }
});

t.test('the same indexes from twelve processes all succeed', async (t) => {
  for (const name of ['indexed1', 'indexed2', 'indexed3']) {
    await Promise.all(
      racers.map((racer) =>
        racer.collection(name).createIndexes([
          { key: { email: 1 }, name: 'email', unique: true },
          { key: { ownerId: 1, createdAt: -1 }, name: 'owner' },
          { key: { expiresAt: 1 }, name: 'ttl', expireAfterSeconds: 0 },
        ]),
      ),
    );

    t.equal((await database.collection(name).indexes()).length, 4);
  }
});

t.test('twelve clients create one new database', async (t) => {
  const name = `${database.databaseName}_fresh`;
  t.teardown(() => database.client.db(name).dropDatabase());

  await Promise.all(
    clients.map(async (client, i) => {
      await client.db(name).createCollection('items');
      await client.db(name).collection('items').insertOne({ i });
    }),
  );

  t.equal(await database.client.db(name).collection('items').countDocuments(), RACERS);
});

import { MongoBulkWriteError, type Document } from 'mongodb';
import t from 'tap';

import { openTestDatabase } from './testing/test-database.ts';

interface Account extends Document {
  _id: number | string;
  email?: string;
}

const database = await openTestDatabase(t);

t.test('inserts, finds, updates and deletes', async (t) => {
  const items = database.collection<Account>('crud');

  await items.insertMany([
    { _id: 1, n: 1 },
    { _id: 2, n: 2 },
    { _id: 3, n: 3 },
  ]);
  const updated = await items.updateMany({ n: { $gte: 2 } }, { $inc: { n: 10 }, $set: { seen: true } });
  const replaced = await items.replaceOne({ _id: 1 }, { n: 100 });
  const upserted = await items.updateOne({ _id: 4 }, { $set: { n: 4 } }, { upsert: true });
  const deleted = await items.deleteOne({ _id: 2 });

  t.equal(updated.modifiedCount, 2);
  t.equal(replaced.modifiedCount, 1);
  t.equal(upserted.upsertedId, 4);
  t.equal(deleted.deletedCount, 1);
  t.same(await items.find().sort({ _id: 1 }).toArray(), [
    { _id: 1, n: 100 },
    { _id: 3, n: 13, seen: true },
    { _id: 4, n: 4 },
  ]);
});

t.test('an unacknowledged write is executed', async (t) => {
  const items = database.collection<Account>('unacknowledged');

  await items.insertOne({ _id: 1 }, { writeConcern: { w: 0 } });

  let count = 0;
  while (count === 0) count = await items.countDocuments();
  t.equal(count, 1);
});

t.test('a duplicate names its index, pattern and value', async (t) => {
  const accounts = database.collection<Account>('accounts');
  await accounts.createIndex({ email: 1 }, { unique: true });
  await accounts.insertMany([
    { _id: 1, email: 'a@example.com' },
    { _id: 2, email: 'b@example.com' },
  ]);
  const email = { code: 11000, keyPattern: { email: 1 }, keyValue: { email: 'a@example.com' } };
  const message = new RegExp(
    `^E11000 duplicate key error collection: ${database.databaseName}\\.accounts index: email_1 dup key: { email: "a@example.com" }$`,
  );

  await t.rejects(accounts.insertOne({ _id: 3, email: 'a@example.com' }), { ...email, message });
  await t.rejects(accounts.updateOne({ _id: 2 }, { $set: { email: 'a@example.com' } }), email);
  await t.rejects(accounts.replaceOne({ _id: 2 }, { email: 'a@example.com' }), email);
  await t.rejects(accounts.findOneAndUpdate({ _id: 2 }, { $set: { email: 'a@example.com' } }), email);
  await t.rejects(accounts.insertOne({ _id: 1 }), {
    code: 11000,
    keyPattern: { _id: 1 },
    keyValue: { _id: 1 },
  });
  await t.rejects(accounts.findOneAndUpdate({ _id: 1, no: 1 }, { $set: { n: 1 } }, { upsert: true }), {
    code: 11000,
    keyPattern: { _id: 1 },
    keyValue: { _id: 1 },
  });
});

t.test('an unordered bulk write reports the index of each duplicate', async (t) => {
  const items = database.collection<Account>('unordered');
  await items.insertOne({ _id: 'b' });

  const error = await items
    .bulkWrite(
      ['a', 'b', 'c', 'a', 'b'].map((_id) => ({ insertOne: { document: { _id } } })),
      { ordered: false },
    )
    .catch((error: unknown) => error);

  t.ok(error instanceof MongoBulkWriteError);
  if (!(error instanceof MongoBulkWriteError)) return;
  const failures = [error.writeErrors].flat();
  t.same(
    failures.map(({ index, code }) => [index, code]),
    [
      [1, 11000],
      [3, 11000],
      [4, 11000],
    ],
  );
  t.equal(error.result.insertedCount, 2);
});

t.test('an ordered bulk write stops at the first duplicate', async (t) => {
  const items = database.collection<Account>('ordered');

  const error = await items
    .bulkWrite(['a', 'a', 'b'].map((_id) => ({ insertOne: { document: { _id } } })))
    .catch((error: unknown) => error);

  t.ok(error instanceof MongoBulkWriteError);
  if (!(error instanceof MongoBulkWriteError)) return;
  t.same(
    [error.writeErrors].flat().map(({ index }) => index),
    [1],
  );
  t.equal(await items.countDocuments(), 1);
});

t.test('a bulk write mixes all kinds', async (t) => {
  const items = database.collection<Account>('mixed');

  const result = await items.bulkWrite([
    { insertOne: { document: { _id: 1, n: 1 } } },
    { insertOne: { document: { _id: 2, n: 2 } } },
    { updateOne: { filter: { _id: 1 }, update: { $inc: { n: 5 } } } },
    { updateOne: { filter: { _id: 9 }, update: { $set: { n: 9 } }, upsert: true } },
    { deleteOne: { filter: { _id: 2 } } },
  ]);

  t.match(result, { insertedCount: 2, modifiedCount: 1, upsertedCount: 1, deletedCount: 1 });
});

t.test('findAndModify returns the document before or after', async (t) => {
  const items = database.collection<Account>('modified');
  await items.insertMany([
    { _id: 1, rank: 2 },
    { _id: 2, rank: 1 },
  ]);

  const before = await items.findOneAndUpdate({}, { $set: { taken: true } }, { sort: { rank: 1 } });
  const after = await items.findOneAndUpdate({ _id: 1 }, { $inc: { rank: 5 } }, { returnDocument: 'after' });
  const none = await items.findOneAndUpdate({ _id: 7 }, { $set: { n: 1 } });
  const created = await items.findOneAndUpdate(
    { _id: 8 },
    { $setOnInsert: { n: 8 } },
    { upsert: true, returnDocument: 'after' },
  );
  const deleted = await items.findOneAndDelete({ _id: 2 });

  t.same(before, { _id: 2, rank: 1 });
  t.same(after, { _id: 1, rank: 7 });
  t.equal(none, null);
  t.same(created, { _id: 8, n: 8 });
  t.same(deleted, { _id: 2, rank: 1, taken: true });
});

t.test('update pipelines use the time of the server and expressions', async (t) => {
  const items = database.collection<Account>('pipelines');
  await items.insertOne({ _id: 1, n: 5, log: ['a'], flags: { x: 1 } });
  const startedAt = Date.now();

  await items.updateOne({ _id: 1, $expr: { $gt: ['$n', 3] } }, [
    {
      $set: {
        at: '$$NOW',
        leaseUntil: { $add: ['$$NOW', 30_000] },
        n: { $cond: [{ $gt: ['$n', 4] }, { $add: ['$n', 1] }, 0] },
        log: { $concatArrays: ['$log', [{ $literal: { note: '$b' } }]] },
        flags: { $mergeObjects: ['$flags', { y: 2 }] },
        doubled: { $map: { input: [1, 2], as: 'i', in: { $multiply: ['$$i', 2] } } },
      },
    },
    { $unset: 'gone' },
  ]);
  const item = await items.findOne({ _id: 1 });

  const at = Number(item?.['at']);
  t.ok(Math.abs(at - startedAt) < 5_000);
  t.equal(Number(item?.['leaseUntil']), at + 30_000);
  t.match(item, { n: 6, log: ['a', { note: '$b' }], flags: { x: 1, y: 2 }, doubled: [2, 4] });
});

t.test('findAndModify takes a pipeline, and $$NOW in its filter', async (t) => {
  const items = database.collection<Account>('leases');
  await items.insertOne({ _id: 1, until: new Date(Date.now() - 60_000), epoch: 3 });
  const claim = () =>
    items.findOneAndUpdate(
      { _id: 1, $expr: { $lt: ['$until', '$$NOW'] } },
      [{ $set: { until: { $add: ['$$NOW', 60_000] }, epoch: { $add: ['$epoch', 1] } } }],
      { returnDocument: 'after' },
    );

  t.equal((await claim())?.['epoch'], 4);
  t.equal(await claim(), null);
});

t.test('array filters and positional updates reach single elements', async (t) => {
  const items = database.collection<Account>('arrays');
  await items.insertOne({ _id: 1, attempts: [{ epoch: 1 }, { epoch: 2 }, { epoch: 3 }] });

  await items.updateOne(
    { _id: 1 },
    { $set: { 'attempts.$[a].outcome': 'crashed' } },
    { arrayFilters: [{ 'a.epoch': { $lt: 2 } }] },
  );
  await items.updateOne({ _id: 1, 'attempts.epoch': 3 }, { $set: { 'attempts.$.outcome': 'completed' } });
  await items.updateOne({ _id: 1 }, { $push: { attempts: { $each: [{ epoch: 4 }], $slice: -3 } } as never });

  t.same((await items.findOne({ _id: 1 }))?.['attempts'], [
    { epoch: 2 },
    { epoch: 3, outcome: 'completed' },
    { epoch: 4 },
  ]);
});

t.test("documents above 16 MB are rejected with MongoDB's codes", async (t) => {
  const items = database.collection<Account>('large');
  const text = (sizeBytes: number): string => 'x'.repeat(sizeBytes);
  const limit = 16 * 1024 * 1024;

  await items.insertOne({ _id: 1, text: text(limit - 100) });

  await t.rejects(items.insertOne({ _id: 2, text: text(limit) }), { code: 2 });
  await t.rejects(items.insertOne({ _id: 3, text: text(limit + 20_000) }), { code: 10334 });
  await t.rejects(items.updateOne({ _id: 1 }, { $set: { more: text(1000) } }), { code: 17419 });
  t.equal(await items.countDocuments(), 1);
});

t.test("bad operators are rejected with MongoDB's codes", async (t) => {
  const items = database.collection<Account>('bad');
  await items.insertOne({ _id: 1, text: 'a' });

  await t.rejects(items.findOne({ $bad: 1 }), { code: 2, codeName: 'BadValue' });
  await t.rejects(items.updateOne({ _id: 1 }, { $bad: { a: 1 } }), { code: 9 });
  await t.rejects(items.updateOne({ _id: 1 }, { $inc: { text: 1 } }), { code: 14 });
  await t.rejects(items.updateOne({ _id: 1 }, { $set: { _id: 2 } }), { code: 66 });
});

import t from 'tap';

import { openTestDatabase } from './testing/test-database.ts';

const database = await openTestDatabase(t);

t.test('lists what was created, with its options', async (t) => {
  const items = database.collection('listed');

  await items.createIndexes([
    { key: { ownerId: 1, createdAt: -1 }, name: 'owner' },
    { key: { key: 1 }, name: 'key', unique: true, partialFilterExpression: { key: { $exists: true } } },
    { key: { expiresAt: 1 }, name: 'ttl', expireAfterSeconds: 3600 },
    { key: { tags: 1 }, name: 'tags', sparse: true },
  ]);
  const indexes = new Map((await items.indexes()).map((index) => [index.name, index]));

  t.same(new Set(indexes.keys()), new Set(['_id_', 'key', 'owner', 'tags', 'ttl']));
  t.same(indexes.get('owner')?.key, { ownerId: 1, createdAt: -1 });
  t.match(indexes.get('key'), { unique: true, partialFilterExpression: { key: { $exists: true } } });
  t.match(indexes.get('ttl'), { expireAfterSeconds: 3600 });
  t.match(indexes.get('tags'), { sparse: true });
});

t.test('a compound unique index compares all its fields', async (t) => {
  const items = database.collection('compound');
  await items.createIndex({ taskId: 1, fireTime: 1 }, { unique: true });
  const fireTime = new Date();
  await items.insertOne({ taskId: 'a', fireTime });

  await items.insertOne({ taskId: 'b', fireTime });

  await t.rejects(items.insertOne({ taskId: 'a', fireTime }), {
    code: 11000,
    keyPattern: { taskId: 1, fireTime: 1 },
    keyValue: { taskId: 'a', fireTime },
  });
});

t.test('a partial unique index ignores other documents', async (t) => {
  const items = database.collection('partial');
  await items.createIndex(
    { key: 1 },
    { unique: true, partialFilterExpression: { key: { $type: 'string' } } },
  );

  await items.insertMany([{ n: 1 }, { n: 2 }, { key: 'a' }]);

  await t.rejects(items.insertOne({ key: 'a' }), { code: 11000 });
  t.equal(await items.countDocuments(), 3);
});

t.test('a unique index over duplicates is rejected', async (t) => {
  const items = database.collection('duplicates');
  await items.insertMany([{ name: 'a' }, { name: 'a' }]);

  await t.rejects(items.createIndex({ name: 1 }, { unique: true }), {
    code: 11000,
    keyPattern: { name: 1 },
    keyValue: { name: 'a' },
  });
});

t.test('the same name with other options is a conflict, the same index is not', async (t) => {
  const items = database.collection('conflicts');
  await items.createIndex({ name: 1 }, { unique: true });

  t.equal(await items.createIndex({ name: 1 }, { unique: true }), 'name_1');

  await t.rejects(items.createIndex({ name: 1 }), { code: 86, codeName: 'IndexKeySpecsConflict' });
  await t.rejects(items.createIndex({ name: 1 }, { unique: true, name: 'other' }), { code: 85 });
});

t.test('drops one index, and all', async (t) => {
  const items = database.collection('dropped');
  await items.createIndex({ a: 1 });
  await items.createIndex({ b: 1 });

  await items.dropIndex('a_1');
  await t.rejects(items.dropIndex('a_1'), { code: 27, codeName: 'IndexNotFound' });
  await items.dropIndexes();

  t.same(
    (await items.indexes()).map((index) => index.name),
    ['_id_'],
  );
});

t.test('a dropped index can be created again with another key', async (t) => {
  const items = database.collection('reused');
  const duplicate = async (field: string): Promise<unknown> => {
    await items.createIndex({ [field]: 1 }, { unique: true, name: 'same' });
    await items.insertOne({ [field]: 1 });
    return items.insertOne({ [field]: 1 }).catch((error: unknown) => error);
  };

  t.match(await duplicate('a'), { keyPattern: { a: 1 } });
  await items.dropIndex('same');
  await items.deleteMany({});
  t.match(await duplicate('b'), { keyPattern: { b: 1 } });
});

t.test('a query is answered by its index', async (t) => {
  const items = database.collection('explained');
  await items.createIndex({ status: 1, createdAt: -1 }, { name: 'by_status' });
  await items.insertMany(
    Array.from({ length: 2000 }, (_, i) => ({ status: `s${i}`, createdAt: new Date(i) })),
  );

  const indexed = await items.find({ status: 's7' }).explain('queryPlanner');
  const scanned = await items.find({ other: 1 }).explain('queryPlanner');

  t.match(
    JSON.stringify(indexed),
    /"stage":"IXSCAN".*"indexName":"by_status"|"indexName":"by_status".*"IXSCAN"/,
  );
  t.match(JSON.stringify(scanned), /COLLSCAN/);
});

t.test(
  'a sorted page is read in the order of its index, in which another field may be an array',
  async (t) => {
    const items = database.collection('ordered');
    await items.createIndex({ tags: 1, createdAt: -1, _id: -1 }, { name: 'by_tag' });
    await items.insertMany([
      { tags: 'single', createdAt: new Date(0) },
      ...Array.from({ length: 500 }, (_, i) => ({
        tags: [`t${i % 3}`, 'all', 'all'],
        createdAt: new Date(i),
      })),
    ]);
    const page = (order: 1 | -1) =>
      items
        .find({ tags: 'all', createdAt: { $gte: new Date(100), $lt: new Date(400) } })
        .sort({ createdAt: order, _id: order })
        .hint('by_tag')
        .limit(5);

    for (const order of [1, -1] as const) {
      const plan = JSON.stringify(await page(order).explain('queryPlanner'));
      const times = (await page(order).toArray()).map((item) => Number(item['createdAt']));

      t.match(plan, /"IXSCAN"/);
      t.notMatch(plan, /"SORT"/);
      t.same(times, order === 1 ? [100, 101, 102, 103, 104] : [399, 398, 397, 396, 395]);
    }
  },
);

t.test('a hint that names no index is refused', async (t) => {
  const items = database.collection('hinted');
  await items.insertOne({ n: 1 });

  await t.rejects(items.find().hint({ n: 1 }).toArray(), { code: 2, message: /hint/ });
});

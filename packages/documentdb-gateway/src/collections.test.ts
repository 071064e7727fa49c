import t from 'tap';

import { openTestDatabase } from './testing/test-database.ts';

const database = await openTestDatabase(t);

t.test('creates, lists, renames and drops collections', async (t) => {
  await database.createCollection('made');
  await database.createCollection('made');
  await database.collection('filled').insertOne({ n: 1 });
  await database.collection('filled').rename('moved');

  const names = (await database.listCollections().toArray()).map(({ name }) => name);
  const moved = await database.listCollections({ name: 'moved' }).toArray();
  const dropped = await database.collection('made').drop();
  const none = await database.collection('never').drop();

  t.same(names.toSorted(), ['made', 'moved']);
  t.match(moved, [{ name: 'moved', type: 'collection' }]);
  t.same([dropped, none], [true, true]);
  t.equal(await database.collection('moved').countDocuments(), 1);
});

t.test('lists databases and drops this one', async (t) => {
  const other = database.client.db(`${database.databaseName}_other`);
  await other.collection('items').insertOne({ n: 1 });
  const listed = async (): Promise<boolean> => {
    const { databases } = await database.admin().listDatabases();
    return databases.some(({ name }) => name === other.databaseName);
  };

  t.equal(await listed(), true);
  await other.dropDatabase();
  t.equal(await listed(), false);
});

t.test('reports sizes', async (t) => {
  await database.collection('sized').insertMany([{ n: 1 }, { n: 2 }]);

  t.match(await database.command({ collStats: 'sized' }), { count: 2, nindexes: 1, ok: 1 });
  t.match(await database.stats(), { db: database.databaseName, ok: 1 });
});

t.test('changes the time of an expiring index', async (t) => {
  const items = database.collection('modified');
  await items.createIndex({ at: 1 }, { expireAfterSeconds: 100, name: 'ttl' });

  await database.command({ collMod: 'modified', index: { name: 'ttl', expireAfterSeconds: 200 } });

  const ttl = (await items.indexes()).find(({ name }) => name === 'ttl');
  t.equal(ttl?.expireAfterSeconds, 200);
});

t.test('answers what drivers and tools ask of a server', async (t) => {
  const admin = database.admin();

  t.match(await admin.command({ hello: 1 }), { isWritablePrimary: true, maxWireVersion: Number, ok: 1 });
  t.match(await admin.command({ hostInfo: 1 }), { system: { numCores: Number }, ok: 1 });
  t.match(await admin.command({ serverStatus: 1 }), { uptime: Number, ok: 1 });
  t.match(await admin.command({ connectionStatus: 1 }), { authInfo: {}, ok: 1 });
  t.match(await admin.command({ getParameter: 1, featureCompatibilityVersion: 1 }), { ok: 1 });
  t.match(await database.command({ refreshSessions: [] }), { ok: 1 });
});

t.test('a missing namespace is an error where MongoDB has one', async (t) => {
  await t.rejects(database.collection('nowhere').indexes(), { code: 26, codeName: 'NamespaceNotFound' });
  await t.rejects(database.collection('nowhere').rename('elsewhere'), { code: 26 });
  t.equal(await database.collection('nowhere').findOne(), null);
  t.equal(await database.collection('nowhere').countDocuments(), 0);
});

t.test('sessions are accepted', async (t) => {
  await database.client.withSession(async (session) => {
    await database.collection('sessions').insertOne({ n: 1 }, { session });
    t.match(await database.collection('sessions').findOne({}, { session }), { n: 1 });
  });
});

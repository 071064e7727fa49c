import { Long, type Document } from 'mongodb';
import t from 'tap';

import { openTestDatabase } from './testing/test-database.ts';

const COUNT = 10_000;

const database = await openTestDatabase(t);
const items = database.collection<{ _id: number; group: number; text: string }>('items');
await items.insertMany(
  Array.from({ length: COUNT }, (_, _id) => ({ _id, group: _id % 7, text: 'x'.repeat(200) })),
);

/** Opens a cursor by hand, to see what its commands answer. */
async function openCursor(command: Document): Promise<Document> {
  return (await database.command(command))['cursor'];
}

t.test('a cursor delivers every document once', async (t) => {
  const ids = new Set<number>();
  for await (const item of items.find().batchSize(777)) ids.add(item._id);

  t.equal(ids.size, COUNT);
});

t.test('a sorted cursor keeps its order over all pages', async (t) => {
  const rows = await items.find().sort({ group: -1, _id: 1 }).batchSize(500).toArray();

  t.equal(rows.length, COUNT);
  t.same([rows[0]?._id, rows.at(-1)?._id], [6, 9996]);
});

t.test('skip, limit and projection hold over pages', async (t) => {
  const rows = await items
    .find({ group: { $in: [1, 2] } })
    .sort({ _id: 1 })
    .skip(10)
    .limit(1000)
    .batchSize(100)
    .project({ group: 1 })
    .toArray();

  t.equal(rows.length, 1000);
  t.same(rows[0], { _id: 36, group: 1 });
});

t.test('many sorted cursors are read at the same time', async (t) => {
  const counts = await Promise.all(
    Array.from({ length: 60 }, async (_, i) => {
      const rows = await items
        .find({ group: i % 7 })
        .sort({ text: 1, _id: 1 })
        .batchSize(300)
        .toArray();
      return rows.every((item) => item.group === i % 7) ? rows.length : 0;
    }),
  );

  t.ok(counts.every((count) => count === 1428 || count === 1429));
});

t.test('an aggregation is paged', async (t) => {
  const rows = await items
    .aggregate([{ $match: { group: 3 } }, { $sort: { _id: -1 } }, { $project: { _id: 1 } }], {
      batchSize: 50,
    })
    .toArray();

  t.equal(rows.length, 1429);
  t.equal(rows[0]?.['_id'], 9999);
});

t.test('a cursor belongs to its namespace', async (t) => {
  const cursor = await openCursor({ find: 'items', sort: { text: 1 }, batchSize: 2 });
  const id = Long.fromNumber(cursor['id']);

  await t.rejects(database.command({ getMore: id, collection: 'other' }), { code: 13 });
  t.equal((await openCursor({ getMore: id, collection: 'items', batchSize: 3 }))['nextBatch'].length, 3);
});

t.test('a killed cursor no longer exists', async (t) => {
  const cursor = await openCursor({ find: 'items', sort: { text: 1 }, batchSize: 2 });
  const id = Long.fromNumber(cursor['id']);

  const first = await database.command({ killCursors: 'items', cursors: [id] });
  const second = await database.command({ killCursors: 'items', cursors: [id] });

  t.match(first, { cursorsKilled: { length: 1 }, cursorsNotFound: { length: 0 } });
  t.match(second, { cursorsKilled: { length: 0 }, cursorsNotFound: { length: 1 } });
  await t.rejects(database.command({ getMore: id, collection: 'items' }), {
    code: 43,
    codeName: 'CursorNotFound',
  });
});

t.test('a small result needs no second page', async (t) => {
  t.equal(Number((await openCursor({ find: 'items', limit: 5, batchSize: 10 }))['id']), 0);
  t.equal(Number((await openCursor({ find: 'items', limit: 5, singleBatch: true }))['id']), 0);
  t.equal(Number((await openCursor({ find: 'nothing' }))['id']), 0);
});

t.test('counts and distinct values agree', async (t) => {
  t.equal(await items.countDocuments({ group: 3 }), 1429);
  t.equal(await items.estimatedDocumentCount(), COUNT);
  t.same(new Set(await items.distinct('group')), new Set([0, 1, 2, 3, 4, 5, 6]));
});

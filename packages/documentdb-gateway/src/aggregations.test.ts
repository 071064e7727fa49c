import type { Collection, Document } from 'mongodb';
import t from 'tap';

import { openTestDatabase } from './testing/test-database.ts';

const DAY_MS = 86_400_000;
const START = Date.UTC(2026, 0, 1);

const database = await openTestDatabase(t);
const runs = database.collection('runs');
await runs.insertMany(
  Array.from({ length: 100 }, (_, i) => ({
    status: i % 4 === 0 ? 'failed' : 'completed',
    plugin: i % 10 === 0 ? 'http' : 'sample',
    runMs: i + 1,
    tags: i % 2 === 0 ? ['even', 'all'] : ['all'],
    createdAt: new Date(START + Math.floor(i / 25) * DAY_MS),
  })),
);

/** One row, which most of the pipelines below end in. */
async function aggregateOne(collection: Collection, pipeline: Document[]): Promise<Document> {
  const [row] = await collection.aggregate(pipeline).toArray();
  return row ?? {};
}

t.test('groups by status', async (t) => {
  const rows = await runs
    .aggregate([
      { $group: { _id: '$status', count: { $sum: 1 }, mean: { $avg: '$runMs' } } },
      { $sort: { _id: 1 } },
    ])
    .toArray();

  t.match(rows, [
    { _id: 'completed', count: 75 },
    { _id: 'failed', count: 25, mean: 49 },
  ]);
});

// Not $dateTrunc with unit day or week: DocumentDB 1.0 answers with the day before for some dates.
t.test('groups by day', async (t) => {
  const rows = await runs
    .aggregate([
      {
        $group: { _id: { $dateToString: { date: '$createdAt', format: '%Y-%m-%d' } }, count: { $sum: 1 } },
      },
      { $sort: { _id: 1 } },
    ])
    .toArray();

  t.same(rows, [
    { _id: '2026-01-01', count: 25 },
    { _id: '2026-01-02', count: 25 },
    { _id: '2026-01-03', count: 25 },
    { _id: '2026-01-04', count: 25 },
  ]);
});

t.test('truncates dates to hours and builds days from their parts', async (t) => {
  const day = {
    $dateFromParts: {
      year: { $year: '$createdAt' },
      month: { $month: '$createdAt' },
      day: { $dayOfMonth: '$createdAt' },
    },
  };
  const hour = { $dateTrunc: { date: '$createdAt', unit: 'hour' } };
  const rows = await runs.aggregate([{ $group: { _id: { hour, day } } }, { $sort: { _id: 1 } }]).toArray();

  const days = [0, 1, 2, 3].map((index) => new Date(START + index * DAY_MS));
  t.same(
    rows.map((row) => row['_id']),
    days.map((date) => ({ hour: date, day: date })),
  );
});

t.test('computes percentiles and a median', async (t) => {
  const row = await aggregateOne(runs, [
    {
      $group: {
        _id: null,
        p: { $percentile: { input: '$runMs', p: [0.5, 0.95], method: 'approximate' } },
        median: { $median: { input: '$runMs', method: 'approximate' } },
      },
    },
  ]);

  const [p50, p95] = row['p'];
  t.ok(Math.abs(p50 - 50) <= 1, `p50 is ${p50}`);
  t.ok(Math.abs(p95 - 95) <= 1, `p95 is ${p95}`);
  t.ok(Math.abs(row['median'] - 50) <= 1);
});

t.test('answers several questions in one facet', async (t) => {
  const row = await aggregateOne(runs, [
    {
      $facet: {
        byPlugin: [{ $sortByCount: '$plugin' }],
        byTag: [{ $unwind: '$tags' }, { $sortByCount: '$tags' }],
        total: [{ $count: 'n' }],
        slowest: [{ $sort: { runMs: -1 } }, { $limit: 2 }, { $project: { _id: 0, runMs: 1 } }],
      },
    },
  ]);

  t.same(row['byPlugin'], [
    { _id: 'sample', count: 90 },
    { _id: 'http', count: 10 },
  ]);
  t.same(row['byTag'], [
    { _id: 'all', count: 100 },
    { _id: 'even', count: 50 },
  ]);
  t.same(row['total'], [{ n: 100 }]);
  t.same(row['slowest'], [{ runMs: 100 }, { runMs: 99 }]);
});

t.test('sums over a window', async (t) => {
  const rows = await runs
    .aggregate([
      { $match: { runMs: { $lte: 3 } } },
      {
        $setWindowFields: {
          sortBy: { runMs: 1 },
          output: { running: { $sum: '$runMs', window: { documents: ['unbounded', 'current'] } } },
        },
      },
      { $sort: { runMs: 1 } },
    ])
    .toArray();

  t.same(
    rows.map((row) => row['running']),
    [1, 3, 6],
  );
});

t.test('joins, replaces roots and buckets', async (t) => {
  const plugins = database.collection<{ _id: string; title: string }>('plugins');
  await plugins.insertOne({ _id: 'http', title: 'HTTP' });

  const joined = await aggregateOne(runs, [
    { $match: { plugin: 'http' } },
    { $limit: 1 },
    { $lookup: { from: 'plugins', localField: 'plugin', foreignField: '_id', as: 'found' } },
    { $replaceRoot: { newRoot: { $first: '$found' } } },
  ]);
  const buckets = await runs
    .aggregate([{ $bucket: { groupBy: '$runMs', boundaries: [0, 51, 101], output: { n: { $sum: 1 } } } }])
    .toArray();

  t.equal(joined['title'], 'HTTP');
  t.same(
    buckets.map((bucket) => bucket['n']),
    [50, 50],
  );
});

t.test('evaluates expressions on arrays and objects', async (t) => {
  const row = await aggregateOne(runs, [
    { $match: { runMs: 1 } },
    {
      $project: {
        _id: 0,
        upper: { $map: { input: '$tags', as: 'tag', in: { $toUpper: '$$tag' } } },
        joined: { $concatArrays: ['$tags', [{ $literal: '$plain' }]] },
        merged: { $mergeObjects: [{ a: 1 }, { b: '$runMs' }] },
        kind: { $cond: [{ $eq: ['$status', 'failed'] }, 'bad', 'good'] },
        picked: { $filter: { input: '$tags', cond: { $ne: ['$$this', 'all'] } } },
        folded: { $reduce: { input: [1, 2, 3], initialValue: 0, in: { $add: ['$$value', '$$this'] } } },
        fallback: { $ifNull: ['$nothing', 'none'] },
      },
    },
  ]);

  t.same(row, {
    upper: ['EVEN', 'ALL'],
    joined: ['even', 'all', '$plain'],
    merged: { a: 1, b: 1 },
    kind: 'bad',
    picked: ['even'],
    folded: 6,
    fallback: 'none',
  });
});

t.test('compares with the time of the server in $expr', async (t) => {
  const past = await runs.countDocuments({ $expr: { $lt: ['$createdAt', '$$NOW'] } });
  const recent = await runs.countDocuments({
    $expr: { $gt: ['$createdAt', { $dateAdd: { startDate: '$$NOW', unit: 'day', amount: 36_500 } }] },
  });

  t.equal(past, 100);
  t.equal(recent, 0);
});

t.test('writes a result into a collection', async (t) => {
  await runs
    .aggregate([
      { $group: { _id: '$plugin', n: { $sum: 1 } } },
      { $merge: { into: 'totals', on: '_id', whenMatched: 'replace', whenNotMatched: 'insert' } },
    ])
    .toArray();

  t.same(await database.collection('totals').find().sort({ _id: 1 }).toArray(), [
    { _id: 'http', n: 10 },
    { _id: 'sample', n: 90 },
  ]);
});

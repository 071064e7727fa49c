import type { FailureGroup, Redrive } from '@mcp-server/shared';
import { buildFailure } from '@mcp-server/testing';
import t from 'tap';

import { type Account, publishSample, startTestApp, type TestApp } from '../../../testing/test-app.ts';

const post = (test: TestApp, { headers }: Account, payload: object, key?: string) =>
  test.inject({
    method: 'POST',
    url: '/api/executions/redrive',
    headers: { ...headers, ...(key === undefined ? {} : { 'idempotency-key': key }) },
    payload,
  });

const redrive = async (test: TestApp, account: Account, payload: object, key?: string) =>
  (await post(test, account, payload, key)).json<Redrive>();

const failures = (count: number, ownerId: string, message: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => buildFailure(message(index), { ownerId }));

/** Ids of rerun executions, one entry per rerun. */
const originals = async ({ models }: TestApp) =>
  (await models.ExecutionModel.find({ rerunOf: { $exists: true } }).lean()).map(
    ({ rerunOf = '' }) => rerunOf,
  );

const STAGGER_SECONDS = 30;
const KINDS = [
  { count: 1_200, message: (index: number) => `order ${index} not found` },
  { count: 500, message: (index: number) => `shop ${index} answered 503` },
  { count: 300, message: (index: number) => `no price for "item ${index}"` },
];

t.test(
  '2,000 failures of three kinds form three groups; 500 of one are rerun over 30 s, then the next 500',
  { timeout: 180_000 },
  async (t) => {
    const test = await startTestApp(t);
    await publishSample(test);
    const mary = await test.signUp('mary');
    const { ExecutionModel } = test.models;
    for (const { count, message } of KINDS)
      await ExecutionModel.insertMany(failures(count, mary.id, message));
    const listed = await test.inject({ url: '/api/executions/failures', headers: mary.headers });
    const groups = listed.json<{ items: FailureGroup[] }>().items;
    t.match(groups, [
      { count: 1_200, message: 'order <n> not found' },
      { count: 500, message: 'shop <n> answered <n>' },
      { count: 300, message: 'no price for <text>' },
    ]);
    const fingerprint = groups[0]?.fingerprint ?? '';
    const request = { filter: { fingerprint }, cap: 500, staggerSeconds: STAGGER_SECONDS };

    const startedAt = performance.now();
    const first = await redrive(test, mary, request);
    const tookMs = performance.now() - startedAt;
    const jobs = await test.deps.queues.countJobs('default');
    const second = await redrive(test, mary, request);

    t.comment(`500 redriven in ${Math.round(tookMs)} ms`);
    t.match(first, { matched: 1_200, started: 500, skipped: 0, remaining: 700, refused: [] });
    t.match(second, { matched: 1_200, started: 500, skipped: 500, remaining: 200 });
    const made = await ExecutionModel.find({ redriveId: first.redriveId }).lean();
    t.equal(made.length, 500);
    t.ok(
      made.every(
        ({ status, nextAttemptAt, ownerId }) => status === 'queued' && nextAttemptAt && ownerId === mary.id,
      ),
    );
    const begin = Math.min(...made.map(({ nextAttemptAt }) => nextAttemptAt?.getTime() ?? 0));
    const perSecond = Array.from({ length: STAGGER_SECONDS }, (_, second) =>
      made.filter(
        ({ nextAttemptAt }) => Math.floor(((nextAttemptAt?.getTime() ?? 0) - begin) / 1_000) === second,
      ),
    ).map(({ length }) => length);
    t.comment(`starts per second: ${perSecond.join(' ')}`);
    t.ok(
      perSecond.every((starts) => starts >= 14 && starts <= 20),
      'spread evenly',
    );
    // The first slots are already due when they are enqueued.
    t.ok((jobs['prioritized'] ?? 0) <= 5, `${jobs['prioritized']} are delivered at once`);
    // A busy machine may leave one or the other to the sweep.
    t.ok((jobs['delayed'] ?? 0) > 450, `${jobs['delayed']} wait in the queue for their time`);
    const again = await originals(test);
    t.equal(again.length, 1_000);
    t.equal(new Set(again).size, 1_000, 'each linked to a failure of its own');
    const ofGroup = { _id: { $in: again }, fingerprint };
    t.equal(await ExecutionModel.countDocuments(ofGroup), 1_000, 'and none to one of another kind');
    t.match(await redrive(test, mary, request), { started: 200, skipped: 1_000, remaining: 0 });
    t.match(await redrive(test, mary, request), { started: 0, skipped: 1_200, remaining: 0 });
  },
);

t.test('two concurrent redrives create no duplicates and share the executions', async (t) => {
  const test = await startTestApp(t);
  await publishSample(test);
  const mary = await test.signUp('mary');
  await test.models.ExecutionModel.insertMany(failures(60, mary.id, () => 'gone'));
  const request = { filter: { plugin: 'sample' }, cap: 40 };

  const both = await Promise.all([redrive(test, mary, request), redrive(test, mary, request)]);

  t.same(
    both.map(({ started }) => started).toSorted((a, b) => a - b),
    [20, 40],
  );
  const again = await originals(test);
  t.equal(again.length, 60);
  t.equal(new Set(again).size, 60);
});

t.test('under one key a redrive runs once; with another body it is refused', async (t) => {
  const test = await startTestApp(t);
  await publishSample(test);
  const mary = await test.signUp('mary');
  await test.models.ExecutionModel.insertMany(failures(8, mary.id, () => 'gone'));
  const request = { filter: { status: 'failed' }, cap: 5 };

  const first = await post(test, mary, request, 'key');
  const second = await post(test, mary, request, 'key');
  const other = await post(test, mary, { ...request, cap: 6 }, 'key');

  t.match(first.json(), { started: 5, remaining: 3 });
  t.same(second.json(), first.json());
  t.match([first.headers['idempotent-replayed'], second.headers['idempotent-replayed']], [undefined, 'true']);
  t.match(other.json(), { code: 'idempotency_conflict' });
  t.equal((await originals(test)).length, 5);
});

t.test("a filter reaches only the caller's executions, by every field", async (t) => {
  const test = await startTestApp(t);
  await publishSample(test);
  const admin = await test.signUp('admin', 'admin');
  const mary = await test.signUp('mary');
  const eve = await test.signUp('eve');
  const [one, two] = failures(2, mary.id, (index) => `kind ${['a', 'b'][index]}`);
  const long = new Date('2020-01-01T12:00:00Z');
  const old = buildFailure('old', { ownerId: mary.id, endedAt: long, plugin: 'other', action: 'thing' });
  const late = buildFailure('late', {
    ownerId: mary.id,
    taskId: '0123456789abcdef01234567',
    failure: { kind: 'timeout', message: 'late' },
  });
  const done = buildFailure('', { ownerId: mary.id, status: 'completed' });
  await test.models.ExecutionModel.insertMany([one, two, old, late, done]);
  const count = async (account: Account, filter: object) =>
    (await redrive(test, account, { filter, dryRun: true })).matched;

  for (const [filter, matched] of [
    [{ status: 'failed' }, 4],
    [{ status: 'completed' }, 1],
    [{ plugin: 'other' }, 1],
    [{ action: 'echo' }, 3],
    [{ kind: 'timeout' }, 1],
    [{ taskId: '0123456789abcdef01234567' }, 1],
    [{ fingerprint: one?.fingerprint }, 1],
    [{ ids: [one?._id, two?._id, done._id] }, 2],
    [{ to: '2020-01-02T00:00:00Z' }, 1],
    [{ from: '2020-01-02T00:00:00Z' }, 3],
    [{ ownerId: mary.id }, 4],
  ] as const) {
    t.equal(await count(mary, filter), matched, JSON.stringify(filter));
    t.equal(await count(admin, filter), matched, `an admin: ${JSON.stringify(filter)}`);
    if (!('ownerId' in filter)) t.equal(await count(eve, filter), 0, `another: ${JSON.stringify(filter)}`);
  }
  t.equal(await count(admin, { ownerId: eve.id }), 0);
  t.equal((await post(test, eve, { filter: { ownerId: mary.id } })).statusCode, 403);
  for (const [body, pointer] of [
    [{ filter: {} }, '/filter'],
    [{}, '/filter'],
    [{ filter: { status: 'queued' } }, '/filter/status'],
    [{ filter: { status: 'failed' }, cap: 1_001 }, '/cap'],
    [{ filter: { status: 'failed' }, staggerSeconds: -1 }, '/staggerSeconds'],
    [{ filter: { color: 'red' } }, '/filter/color'],
  ] as const) {
    t.match((await post(test, mary, body)).json(), { status: 400, errors: [{ pointer }] }, pointer);
  }
  t.equal((await originals(test)).length, 0, 'a dry run starts nothing');
});

t.test('executions with a rerun, by hand or by redrive, are skipped unless `again` is set', async (t) => {
  const test = await startTestApp(t);
  await publishSample(test);
  const mary = await test.signUp('mary');
  const [byHand, forgotten, fresh] = failures(3, mary.id, () => 'gone');
  await test.models.ExecutionModel.insertMany([byHand, forgotten, fresh]);
  for (const { _id } of [byHand!, forgotten!]) {
    const url = `/api/executions/${_id}/rerun`;
    await test.inject({ method: 'POST', url, headers: mary.headers, payload: {} });
  }
  // As if the process had died between the rerun and the hint.
  await test.models.ExecutionModel.updateOne({ _id: forgotten?._id }, { $unset: { hasRerun: 1 } });
  const filter = { ids: [byHand, forgotten, fresh].map((failure) => failure?._id) };

  const once = await redrive(test, mary, { filter });
  const again = await redrive(test, mary, { filter, again: true });

  t.match(once, { matched: 3, started: 1, skipped: 2, remaining: 0, executions: [{ rerunOf: fresh?._id }] });
  t.match(again, { matched: 3, started: 3, skipped: 0, remaining: 0 });
});

t.test(
  'limits of unfinished work hold; executions that cannot be rerun are counted and block nothing',
  async (t) => {
    const test = await startTestApp(t, { MAX_UNFINISHED_PER_USER: '10' });
    await publishSample(test);
    const admin = await test.signUp('admin', 'admin');
    const mary = await test.signUp('mary');
    const eve = await test.signUp('eve');
    await test.models.ExecutionModel.insertMany([
      ...failures(2, mary.id, () => 'gone').map((failure) => Object.assign(failure, { payload: '{}' })),
      ...failures(1, mary.id, () => 'gone').map((failure) => Object.assign(failure, { plugin: 'lost' })),
      ...failures(20, mary.id, () => 'gone'),
      ...failures(3, eve.id, () => 'gone'),
    ]);

    const first = await redrive(test, admin, { filter: { status: 'failed' } });
    const second = await post(test, mary, { filter: { status: 'failed' } });

    t.match(first, { matched: 26, started: 13, skipped: 3, remaining: 10, stopped: 'too_many_unfinished' });
    t.same(
      first.refused.toSorted((a, b) => a.count - b.count),
      [
        { code: 'unknown_plugin', count: 1 },
        { code: 'invalid_payload', count: 2 },
      ],
    );
    t.equal(second.statusCode, 429);
    t.ok(second.headers['retry-after']);
    const audit = await test.inject({ url: '/api/audit?action=executions.redrive', headers: admin.headers });
    t.match(audit.json().items, [
      { actor: mary.id, outcome: 'refused', details: { code: 'too_many_unfinished' } },
      { actor: admin.id, outcome: 'done', details: { filter: { status: 'failed' }, cap: 500, started: 13 } },
    ]);
  },
);

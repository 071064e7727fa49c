import { type BulkCancel, claimExecution, createRedis, cancelChannel } from '@mcp-server/shared';
import { buildExecution, waitFor } from '@mcp-server/testing';
import t from 'tap';

import {
  type Account,
  createEchoTask,
  publishSample,
  startTestApp,
  type TestApp,
} from '../../../testing/test-app.ts';

const post = (test: TestApp, { headers }: Account, payload: object) =>
  test.inject({ method: 'POST', url: '/api/executions/cancel', headers, payload });

const cancel = async (test: TestApp, account: Account, filter: object, dryRun = false) =>
  (await post(test, account, { filter, dryRun })).json<BulkCancel>();

const CLAIM = {
  seq: 1,
  worker: 'w',
  token: 't',
  leaseMs: 60_000,
  canJudgeLeases: true,
  canTakeSuspect: true,
};

t.test(
  'waiting executions end, running ones are asked to stop, ended ones stay; a repeat changes nothing',
  async (t) => {
    const test = await startTestApp(t);
    await publishSample(test);
    const admin = await test.signUp('admin', 'admin');
    const mary = await test.signUp('mary');
    const task = await createEchoTask(test, mary);
    const { ExecutionModel } = test.models;
    const ownerId = mary.id;
    const queued = buildExecution({ ownerId, taskId: task.id });
    const later = buildExecution({ ownerId, nextAttemptAt: new Date(Date.now() + 60_000) });
    const retrying = buildExecution({ ownerId, status: 'retrying', nextAttemptAt: new Date() });
    const asking = buildExecution({ ownerId, status: 'input_required' });
    const done = buildExecution({ ownerId, status: 'completed', endedAt: new Date(0), result: '1' });
    const running = buildExecution({ ownerId });
    await ExecutionModel.insertMany([queued, later, retrying, asking, done, running]);
    await claimExecution(ExecutionModel, { ...CLAIM, id: running._id });
    const published: string[] = [];
    const subscriber = createRedis(test.redisUrl, 'subscriber', () => undefined);
    t.teardown(() => subscriber.disconnect());
    subscriber.on('message', (_channel, id) => published.push(id));
    await subscriber.subscribe(cancelChannel(test.prefix));

    const dry = await cancel(test, mary, { plugin: 'sample' }, true);
    const first = await cancel(test, mary, { plugin: 'sample' });
    const flagged = await ExecutionModel.findById(running._id).lean();
    const second = await cancel(test, mary, { plugin: 'sample' });

    t.same(dry, { matched: 5, cancelled: 0, requested: 0, remaining: 5 });
    t.same(first, { matched: 5, cancelled: 4, requested: 1, remaining: 0 });
    t.same(second, { matched: 1, cancelled: 0, requested: 1, remaining: 0 });
    for (const { _id } of [queued, later, retrying, asking]) {
      const execution = await ExecutionModel.findById(_id).lean();
      t.match(execution, {
        status: 'cancelled',
        cancel: { by: mary.id, at: Date },
        endedAt: Date,
        settledAt: Date,
      });
      t.match(execution, { expiresAt: Date, nextAttemptAt: undefined });
    }
    t.match(flagged, { status: 'running', cancel: { by: mary.id }, epoch: 1, endedAt: undefined });
    t.same(
      (await ExecutionModel.findById(running._id).lean())?.cancel,
      flagged?.cancel,
      'the first cancel stands',
    );
    t.match(await ExecutionModel.findById(done._id).lean(), { status: 'completed', cancel: undefined });
    await waitFor('the message to its worker', () => published.includes(running._id));
    const shown = await test.inject({ url: `/api/tasks/${task.id}`, headers: mary.headers });
    t.equal(shown.json().status, 'cancelled');
    const audit = await test.inject({ url: '/api/audit?action=executions.cancel', headers: admin.headers });
    t.match(audit.json().items, [
      {},
      { actor: mary.id, outcome: 'done', details: { filter: { plugin: 'sample' }, cancelled: 4 } },
    ]);
  },
);

t.test("a filter reaches only the caller's executions, by every field", async (t) => {
  const test = await startTestApp(t);
  const admin = await test.signUp('admin', 'admin');
  const mary = await test.signUp('mary');
  const eve = await test.signUp('eve');
  const ownerId = mary.id;
  const taskId = '0123456789abcdef01234567';
  const one = buildExecution({ ownerId, taskId });
  const two = buildExecution({ ownerId, plugin: 'other', action: 'thing', status: 'retrying' });
  const old = buildExecution({ ownerId, createdAt: new Date('2020-01-01T12:00:00Z') });
  await test.models.ExecutionModel.insertMany([one, two, old]);

  for (const [filter, matched] of [
    [{ status: 'queued' }, 2],
    [{ status: 'running' }, 0],
    [{ plugin: 'other' }, 1],
    [{ action: 'echo' }, 2],
    [{ taskId }, 1],
    [{ ids: [one._id, two._id] }, 2],
    [{ to: '2020-01-02T00:00:00Z' }, 1],
    [{ from: '2020-01-02T00:00:00Z' }, 2],
    [{ ownerId }, 3],
  ] as const) {
    t.equal((await cancel(test, mary, filter, true)).matched, matched, JSON.stringify(filter));
    t.equal(
      (await cancel(test, admin, filter, true)).matched,
      matched,
      `an admin: ${JSON.stringify(filter)}`,
    );
    if ('ownerId' in filter) continue;
    t.same(
      await cancel(test, eve, filter),
      { matched: 0, cancelled: 0, requested: 0, remaining: 0 },
      `another: ${JSON.stringify(filter)}`,
    );
  }
  t.equal((await post(test, eve, { filter: { ownerId } })).statusCode, 403);
  for (const [body, pointer] of [
    [{ filter: {} }, '/filter'],
    [{}, '/filter'],
    [{ filter: { status: 'failed' } }, '/filter/status'],
    [{ filter: { ids: ['x'] } }, '/filter/ids/0'],
  ] as const) {
    t.match((await post(test, mary, body)).json(), { status: 400, errors: [{ pointer }] }, pointer);
  }
  const unchanged = { cancel: { $exists: false }, endedAt: { $exists: false } };
  t.equal(await test.models.ExecutionModel.countDocuments(unchanged), 3);
});

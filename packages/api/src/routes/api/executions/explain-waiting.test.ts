import { insertPause } from '@mcp-server/shared';
import { buildExecution, waitFor } from '@mcp-server/testing';
import t from 'tap';

import { publishSample } from '../../../testing/test-app.ts';
import { openExplainCase, stepsOf, takeAndHold } from '../../../testing/test-explain.ts';

const ECHO = 'sample.echo';
const HELLO = { message: 'hello' };
const AWAY = 'redis://127.0.0.1:1';

t.test('no worker serves the pool; the position follows the priority; limits are named', async (t) => {
  const { test, explain, post, submit } = await openExplainCase(t, { MAX_UNFINISHED_PER_USER: '3' });
  await publishSample(test);
  const first = await submit(ECHO, HELLO);
  const second = await submit(ECHO, HELLO);
  const task = { title: 'T', plugin: 'sample', action: 'echo', payload: HELLO, priority: 'urgent' };
  const made = await post('/api/tasks', task);
  const run = await post(`/api/tasks/${(made.body as { id: string }).id}/execute`);
  const urgent = (run.body as { executionId: string }).executionId;

  const explanations = await Promise.all([urgent, first, second].map(explain));

  t.same(
    explanations.map(({ reasons }) => reasons.map(({ code }) => code)),
    explanations.map(() => ['no_worker_for_pool', 'in_line', 'admission_limits']),
  );
  t.same(
    explanations.map(({ reasons }) => reasons.find(({ code }) => code === 'in_line')?.ahead),
    [0, 1, 2],
  );
  t.match(explanations[2], {
    status: 'queued',
    reasons: [
      { pool: 'default', text: /^No live worker serves pool "default"/ },
      { ahead: 2, running: 0, slots: 0, freeSlots: 0, text: /^Position 3 in pool "default" \(2 ahead\)/ },
      { unfinished: 3, limit: 3, text: /has 3 of at most 3 unfinished/ },
    ],
    usual: { waitMs: null, runMs: null, samples: 0 },
  });
  t.match(await post('/mcp/execute', { plugin: 'sample', action: 'echo', payload: HELLO }), { status: 429 });
  t.same(stepsOf(await explain(first)), ['accepted', 'enqueued']);
});

t.test('only workers without the plugin, and only ones with another version', async (t) => {
  const { test, admin, startWorker, knowPlugin, submit, post, reasonOf } = await openExplainCase(t);
  await publishSample(test);
  // Published once by workers that are gone.
  const old = await test.models.PluginModel.findById('sample@1.0.0').lean();
  await test.models.PluginModel.create({ ...old, _id: 'ghost@1.0.0', id: 'ghost' });
  await test.models.PluginModel.create({ ...old, _id: 'sample@9.9.9', version: '9.9.9' });
  await post('/api/plugins/sample/pause', {}, admin);
  const newer = await submit(ECHO, HELLO);
  await startWorker();
  await knowPlugin('transform');

  const ghost = await submit('ghost.echo', HELLO);

  t.match(await reasonOf(ghost, 'no_worker_for_plugin'), { plugin: 'ghost', pool: 'default' });
  t.match(await reasonOf(newer, 'version_mismatch'), {
    version: '9.9.9',
    served: ['1.0.0'],
    until: String,
    text: /otherwise it waits for a worker with 9\.9\.9 until/,
  });
  await post('/api/plugins/sample/resume', {}, admin);
  await reasonOf(newer, 'completed');
});

t.test('a paused pool, a paused plugin: who, since when, why; and what the fleet shows', async (t) => {
  const { test, admin, startWorker, knowPlugin, submit, post, explain, reasonOf } = await openExplainCase(t);
  await startWorker();
  await knowPlugin('sample');
  const paused = await post('/api/queues/default/pause', { reason: 'the partner is down' }, admin);
  await post('/api/queues/default/pause', { reason: 'a later word' }, admin);
  await post('/api/plugins/sample/pause', {}, admin);

  const id = await submit(ECHO, HELLO);

  t.match(paused, { status: 200, body: { pool: 'default', paused: { by: admin.id, since: String } } });
  const facts = { by: admin.id, since: (paused.body as { paused: { since: string } }).paused.since };
  t.match(await reasonOf(id, 'pool_paused'), {
    ...facts,
    reason: 'the partner is down',
    text: /paused since .* Reason: the partner is down/,
  });
  t.match(await reasonOf(id, 'plugin_paused'), { by: admin.id, plugin: 'sample' });
  const fleet = await test.inject({ url: '/api/queues', headers: admin.headers });
  t.match(fleet.json(), {
    items: [
      {
        pool: 'default',
        paused: { ...facts, reason: 'the partner is down' },
        pausedPlugins: [{ plugin: 'sample', by: admin.id }],
        depth: { queued: 1, running: 0, retrying: 0, input_required: 0 },
        oldestWaitMs: Number,
        acceptedLastMinute: 1,
        endedLastMinute: 0,
        workers: [String],
        slots: 100,
        freeSlots: 100,
        jobs: { prioritized: 1 },
      },
    ],
  });

  t.match(await post('/api/queues/default/resume', {}, admin), { status: 200, body: { paused: null } });
  await waitFor('it to be held', async () => stepsOf(await explain(id)).includes('held'));
  t.notOk((await explain(id)).reasons.some(({ code }) => code === 'pool_paused'));
  await post('/api/plugins/sample/resume', {}, admin);
  await reasonOf(id, 'completed');
  const after = await waitFor('the end to be counted', async () => {
    const reply = await test.inject({ url: '/api/queues', headers: admin.headers });
    const [pool] = reply.json<{ items: { endedLastMinute: number }[] }>().items;
    return pool?.endedLastMinute === 1 && pool;
  });
  t.match(after, { paused: null, pausedPlugins: [], depth: { queued: 0 }, oldestWaitMs: null });
  const audit = await test.inject({ url: '/api/audit', headers: admin.headers });
  t.match(
    audit
      .json<{ items: { action: string }[] }>()
      .items.map(({ action }) => action)
      .toSorted(),
    ['plugin.pause', 'plugin.resume', 'pool.pause', 'pool.pause', 'pool.resume'],
  );
});

t.test('an unknown pool or plugin cannot be paused', async (t) => {
  const { test, admin, post } = await openExplainCase(t);
  await publishSample(test);

  t.match(await post('/api/queues/nope/pause', {}, admin), { status: 404, body: { code: 'not_found' } });
  t.match(await post('/api/plugins/nope/pause', {}, admin), {
    status: 404,
    body: { code: 'unknown_plugin' },
  });
  t.match(await post('/api/queues/default/pause', { why: '?' }, admin), { status: 400 });
});

t.test('it waits for its start time; the queue lost it; a worker is taking it', async (t) => {
  const { test, mary, submit, explain, reasonOf } = await openExplainCase(t);
  await publishSample(test);
  const later = buildExecution({ ownerId: mary.id, nextAttemptAt: new Date(Date.now() + 3_600_000) });
  await test.models.ExecutionModel.create(later);
  const until = later.nextAttemptAt?.toISOString();
  t.match(await reasonOf(later._id, 'not_before'), {
    until,
    text: /Starts no earlier than .* \(in 60 minutes\)/,
  });

  const id = await submit(ECHO, HELLO);
  await test.redis.del(await test.redis.keys(`${test.prefix}:*`));
  t.match(await reasonOf(id, 'not_in_queue'), { text: /The sweep re-enqueues it/ });

  const taken = await submit(ECHO, HELLO);
  takeAndHold(t, test);
  await reasonOf(taken, 'being_delivered');
  t.same(stepsOf(await explain(taken)), ['accepted', 'enqueued']);
});

t.test('while Redis is down the pause is stored, and the reason says so', async (t) => {
  const { test, admin, submit, explain, post } = await openExplainCase(t, { REDIS_URL: AWAY });
  await publishSample(test);
  const id = await submit(ECHO, HELLO);
  t.match(await post('/api/queues/default/pause', {}, admin), { status: 200 });

  const { reasons, timeline } = await explain(id);

  t.same(
    reasons.map(({ code }) => code),
    ['pool_paused', 'no_worker_for_pool', 'queue_unreachable', 'admission_limits'],
  );
  t.match(timeline, [{ what: 'accepted' }]);
  const fleet = await test.inject({ url: '/api/queues', headers: admin.headers });
  t.match(fleet.json(), { items: [{ depth: { queued: 1 }, jobs: null }] });
});

t.test('two concurrent pauses become one', async (t) => {
  const { test } = await openExplainCase(t);
  const target = { kind: 'pool', name: 'default' } as const;

  const made = await Promise.all(
    ['a', 'b', 'c', 'd'].map((by) => insertPause(test.models.PauseModel, { ...target, by })),
  );

  t.equal(new Set(made.map(({ by }) => by)).size, 1);
});

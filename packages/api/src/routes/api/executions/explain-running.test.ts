import { waitFor } from '@mcp-server/testing';
import t from 'tap';

import { openExplainCase, stepsOf } from '../../../testing/test-explain.ts';

const LONG = { ms: 60_000 };

t.test('running, asked to stop, cancelled; completed; failed: by whom, for how long, why', async (t) => {
  const { mary, startWorker, knowPlugin, submit, post, explain, reasonOf } = await openExplainCase(t);
  const worker = await startWorker({ ABANDON_AFTER_MS: '4000' });
  await knowPlugin('fixture');

  const sleeping = await submit('sample.sleep', LONG);
  const name = String(worker.started['worker']);
  t.match(await reasonOf(sleeping, 'running'), { worker: name, attempt: 1, until: String });
  await waitFor('its progress', async () => (await reasonOf(sleeping, 'running')).progress?.total === 60_000);

  const deaf = await submit('fixture.deaf', { ms: 60_000 });
  await reasonOf(deaf, 'running');
  await post(`/api/executions/${deaf}/cancel`);
  t.match(await reasonOf(deaf, 'cancel_requested'), { by: mary.id, since: String });
  t.match(await reasonOf(deaf, 'cancelled'), { by: mary.id });
  t.same(stepsOf(await explain(deaf)), [
    'accepted',
    'enqueued',
    'claimed',
    'cancel_requested',
    'attempt_ended',
    'ended',
  ]);

  const done = await submit('sample.echo', {});
  await reasonOf(done, 'completed');
  const again = await submit('sample.fail', { fatal: true, message: 'no luck' });
  t.match(await reasonOf(again, 'failed'), { attempt: 1, failure: { kind: 'error', message: 'no luck' } });
  t.match(await explain(again), {
    timeline: [{}, {}, { worker: name, epoch: 1 }, { outcome: 'failed', worker: name }, { status: 'failed' }],
  });
});

t.test('backing off after a failure, until when', async (t) => {
  const { startWorker, knowPlugin, submit, explain, reasonOf } = await openExplainCase(t);
  await startWorker();
  await knowPlugin('fixture');
  const id = await submit('fixture.postpone', { ms: 3_600_000 });

  const reason = await reasonOf(id, 'retry_backoff');

  t.match(reason, { attempt: 2, attempts: 3, failure: { message: 'later' }, text: /in 60 minutes.*: later/ });
  const { now, status } = await explain(id);
  t.equal(status, 'retrying');
  t.ok(Date.parse(reason.until ?? '') - Date.parse(now) > 3_500_000, 'by the clock of the database');
});

t.test('waiting for an answer: what is asked; the answer is in the timeline', async (t) => {
  const { startWorker, knowPlugin, submit, post, explain, reasonOf } = await openExplainCase(t);
  await startWorker();
  await knowPlugin('sample');
  const id = await submit('sample.ask', { question: 'Who are you?' });

  t.match(await reasonOf(id, 'input_required'), {
    text: 'Waiting for an answer: Who are you?',
    questions: [{ key: 'name', method: 'elicitation/create', message: 'Who are you?' }],
  });
  await post(`/api/executions/${id}/input`, {
    answers: { name: { action: 'accept', content: { name: 'Ada' } } },
  });
  await reasonOf(id, 'completed');

  const steps = stepsOf(await explain(id)).filter((what) => what !== 'enqueued');
  t.same(steps.slice(0, 2), ['accepted', 'claimed']);
  t.same(steps.slice(2, 4).toSorted(), ['attempt_ended', 'input_asked']);
  t.same(steps.slice(4), ['input_answered', 'claimed', 'attempt_ended', 'ended']);
});

t.test('handed back by a worker that stops', async (t) => {
  const { test, admin, startWorker, knowPlugin, submit, explain, reasonOf } = await openExplainCase(t);
  const worker = await startWorker({ WORKER_GRACE_MS: '1500' });
  await knowPlugin('sample');
  const id = await submit('sample.sleep', LONG);
  await reasonOf(id, 'running');
  const fleet = await waitFor('the fleet to show it', async () => {
    const reply = await test.inject({ url: '/api/workers', headers: admin.headers });
    const [worker] = reply.json<{ items: { running: number; lastTookAt?: string }[] }>().items;
    return worker?.running === 1 && worker;
  });
  t.match(fleet, { state: 'running', freeSlots: 99, suspects: 0, abandoned: 0, lastTookAt: String });

  await worker.end('SIGTERM');

  const { reasons } = await explain(id);
  t.match(reasons, [
    { code: 'no_worker_for_pool' },
    { code: 'in_line', ahead: 0 },
    { code: 'admission_limits' },
  ]);
  t.match(
    (await explain(id)).timeline.find(({ what }) => what === 'handed_back'),
    { worker: String(worker.started['worker']), epoch: 1, outcome: 'handed_back' },
  );
});

t.test('after a crash: the lease lapsed, a suspect, redelivered; each with worker and time', async (t) => {
  const { test, admin, startWorker, knowPlugin, submit, explain, reasonOf } = await openExplainCase(t);
  const first = await startWorker();
  await knowPlugin('sample');
  const id = await submit('sample.sleep', LONG);
  await reasonOf(id, 'running');

  await first.end('SIGKILL');
  t.match(await reasonOf(id, 'lease_lapsed'), { worker: String(first.started['worker']), since: String });
  t.match(await reasonOf(id, 'no_worker_for_pool'), { pool: 'default' });
  // Its job is gone too: only the sweep can restore it.
  await test.redis.del(await test.redis.keys(`${test.prefix}:*`));
  const second = await startWorker();

  t.match(await reasonOf(id, 'suspect'), { crashes: 1, maxCrashes: 3 });
  const name = String(second.started['worker']);
  t.match(await reasonOf(id, 'running'), { worker: name });
  const { timeline } = await explain(id);
  const crashed = timeline.find(({ what }) => what === 'crashed');
  t.match(crashed, { epoch: 1, worker: String(first.started['worker']), at: String });
  t.match(
    timeline.filter(({ what }) => what === 'redelivered'),
    [{ seq: 2, at: String }],
  );
  t.match(timeline.at(-1), { what: 'claimed', epoch: 2, worker: name });
  await waitFor('the fleet to count a suspect', async () => {
    const reply = await test.inject({ url: '/api/workers', headers: admin.headers });
    return reply
      .json<{ items: { id: string; suspects: number }[] }>()
      .items.some((worker) => worker.id === name && worker.suspects === 1);
  });
});

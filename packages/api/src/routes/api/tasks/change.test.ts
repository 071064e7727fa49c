import type { Task } from '@mcp-server/shared';
import { buildExecution } from '@mcp-server/testing';
import t from 'tap';

import { createEchoTask, publishSample, startTestApp } from '../../../testing/test-app.ts';

async function openTask(t: Parameters<typeof startTestApp>[0]) {
  const test = await startTestApp(t);
  await publishSample(test);
  const mary = await test.signUp('mary');
  const { id } = await createEchoTask(test, mary);
  const url = `/api/tasks/${id}`;
  const put = (payload: object, headers: object = mary.headers) =>
    test.inject({ method: 'PUT', url, headers: { ...headers }, payload });
  const execute = () => test.inject({ method: 'POST', url: `${url}/execute`, headers: mary.headers });
  return { ...test, mary, id, url, put, execute };
}

t.test('an update changes only the fields it names', async (t) => {
  const { put, inject, url, mary } = await openTask(t);
  const before = (await inject({ url, headers: mary.headers })).json<Task>();

  const changed = await put({ title: '$title', tags: ['$a', 'b'], description: 'd', timeoutMs: 50 });
  const cleared = await put({ description: null, timeoutMs: null });

  t.match(changed.json(), {
    ...before,
    title: '$title',
    tags: ['$a', 'b'],
    timeoutMs: 50,
    updatedAt: String,
  });
  t.notOk('description' in cleared.json() || 'timeoutMs' in cleared.json());
  t.same((await inject({ url, headers: mary.headers })).json(), cleared.json());
});

t.test('a changed payload or action is checked as a new one is', async (t) => {
  const { put, inject, url, mary } = await openTask(t);

  t.match((await put({ payload: { message: 1 } })).json(), {
    code: 'invalid_payload',
    errors: [{ pointer: '/payload/message' }],
  });
  t.match((await put({ action: 'nope' })).json(), { code: 'unknown_action' });
  t.match((await put({ ownerId: '0123456789abcdef01234567' })).json(), {
    status: 400,
    errors: [{ pointer: '/ownerId' }],
  });
  t.match((await put({ status: 'completed' })).json(), { errors: [{ pointer: '/status' }] });
  t.match((await put({ payload: { message: '$now' } })).json(), { payload: { message: '$now' } });
  t.match((await inject({ url, headers: mary.headers })).json(), { payload: { message: '$now' } });
});

t.test('no concurrent update is lost', async (t) => {
  const { put, inject, url, mary } = await openTask(t);

  const replies = await Promise.all([
    ...['a', 'b', 'c'].map((message) => put({ payload: { message } })),
    put({ title: 'new' }),
    put({ priority: 'high' }),
  ]);

  t.ok(replies.every(({ statusCode }) => statusCode === 200));
  t.match((await inject({ url, headers: mary.headers })).json(), {
    title: 'new',
    priority: 'high',
    payload: { message: /^[abc]$/ },
  });
});

t.test('cancelling a task stops all of its work', async (t) => {
  const { inject, url, mary, execute, models } = await openTask(t);
  await Promise.all([execute(), execute(), execute()]);

  const reply = await inject({ method: 'POST', url: `${url}/cancel`, headers: mary.headers });

  t.same(reply.json(), { cancelled: 3, requested: 0 });
  t.equal(await models.ExecutionModel.countDocuments({ status: 'cancelled' }), 3);
  t.match((await inject({ url, headers: mary.headers })).json(), { status: 'cancelled' });
});

t.test('deleting a task cancels its work and keeps its executions', async (t) => {
  const { inject, url, mary, execute, models, id } = await openTask(t);
  await execute();
  const running = buildExecution({ ownerId: mary.id, taskId: id, status: 'running' });
  await models.ExecutionModel.create(running);

  const reply = await inject({ method: 'DELETE', url, headers: mary.headers });

  t.equal(reply.statusCode, 204);
  t.equal((await inject({ url, headers: mary.headers })).statusCode, 404);
  const left = await models.ExecutionModel.find({ taskId: id }).lean();
  t.same(left.map(({ status }) => status).sort(), ['cancelled', 'running']);
  t.ok(left.every(({ cancel }) => cancel));
  const list = await inject({ url: `/api/executions?taskId=${id}&count=true`, headers: mary.headers });
  t.equal(list.json().total, 2);
});

t.test("another user's task can be neither updated nor cancelled", async (t) => {
  const { inject, url, put, signUp, models } = await openTask(t);
  const eve = await signUp('eve');
  const { headers } = eve;

  const replies = await Promise.all([
    put({ title: 'stolen' }, headers),
    inject({ method: 'DELETE', url, headers }),
    ...['cancel', 'pause', 'resume'].map((verb) =>
      inject({ method: 'POST', url: `${url}/${verb}`, headers }),
    ),
    ...['executions', 'next-runs'].map((what) => inject({ url: `${url}/${what}`, headers })),
  ]);

  t.same(
    replies.map(({ statusCode }) => statusCode),
    Array(7).fill(404),
  );
  t.match(await models.TaskModel.findOne().lean(), { title: 'Echo' });
});

t.test('statistics are counted from stored records, and only from own ones', async (t) => {
  const { inject, mary, models, id, signUp } = await openTask(t);
  const yesterday = new Date(Date.now() - 86_400_000);
  const own = { ownerId: mary.id, taskId: id };
  await models.ExecutionModel.insertMany([
    ...[10, 20, 30].map((runMs) => buildExecution({ ...own, status: 'completed', runMs })),
    buildExecution({ ...own, status: 'failed', runMs: 1_000, createdAt: yesterday }),
    buildExecution({ status: 'completed', runMs: 99_999 }),
  ]);

  const stats = (await inject({ url: '/api/tasks/stats', headers: mary.headers })).json();

  t.match(stats, {
    total: 1,
    byStatus: { pending: 1 },
    byPlugin: { sample: 1 },
    successRate: 0.75,
    runTime: { medianMs: 20, p95Ms: 1_000 },
  });
  t.same(stats.lastDays.slice(-2), [
    { day: yesterday.toISOString().slice(0, 10), accepted: 1, completed: 0, failed: 1 },
    { day: new Date().toISOString().slice(0, 10), accepted: 3, completed: 3, failed: 0 },
  ]);
  t.equal(stats.lastDays.length, 7);
  const all = { url: '/api/tasks/stats?all=true' };
  t.match((await inject({ ...all, headers: mary.headers })).json(), { status: 403, code: 'forbidden' });
  const eve = await signUp('eve');
  t.match((await inject({ url: '/api/tasks/stats', headers: eve.headers })).json(), {
    total: 0,
    successRate: null,
    runTime: null,
  });
});

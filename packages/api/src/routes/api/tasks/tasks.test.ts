import type { Task } from '@mcp-server/shared';
import t from 'tap';

import { ECHO, createEchoTask, publishSample, startTestApp } from '../../../testing/test-app.ts';

t.test('a task with only its required fields is created, read and listed', async (t) => {
  const test = await startTestApp(t);
  await publishSample(test);
  const mary = await test.signUp('mary');

  const made = await test.inject({
    method: 'POST',
    url: '/api/tasks',
    headers: mary.headers,
    payload: { title: 'Echo', ...ECHO },
  });

  t.equal(made.statusCode, 201);
  const task = made.json<Task>();
  t.match(task, { ownerId: mary.id, priority: 'normal', tags: [], status: 'pending', payload: ECHO.payload });
  t.equal(made.headers.location, `/api/tasks/${task.id}`);
  const read = await test.inject({ url: `/api/tasks/${task.id}`, headers: mary.headers });
  t.same(read.json(), task);
  const list = await test.inject({ url: '/api/tasks?count=true', headers: mary.headers });
  t.same(list.json(), { items: [task], nextCursor: null, total: 1 });
});

t.test('a task that could never run is refused at creation', async (t) => {
  const test = await startTestApp(t);
  await publishSample(test);
  const { headers } = await test.signUp('mary');
  const make = (changes: object) =>
    test.inject({ method: 'POST', url: '/api/tasks', headers, payload: { title: 'T', ...ECHO, ...changes } });

  t.match((await make({ plugin: 'nope' })).json(), { status: 404, code: 'unknown_plugin' });
  t.match((await make({ action: 'nope' })).json(), { status: 404, code: 'unknown_action' });
  t.match((await make({ payload: { message: 1 } })).json(), {
    status: 400,
    code: 'invalid_payload',
    errors: [{ pointer: '/payload/message' }],
  });
  t.match((await make({ payload: {} })).json(), { errors: [{ pointer: '/payload/message' }] });
  t.match((await make({ status: 'completed' })).json(), { status: 400, errors: [{ pointer: '/status' }] });
  t.equal(await test.models.TaskModel.countDocuments(), 0);
});

t.test('pages follow each other without gaps or repeats, newest first', async (t) => {
  const test = await startTestApp(t);
  await publishSample(test);
  const mary = await test.signUp('mary');
  await Promise.all(Array.from({ length: 7 }, () => createEchoTask(test, mary)));
  // Equal times are the hard case of a keyset.
  await test.models.TaskModel.collection.updateMany({}, { $set: { createdAt: new Date(0) } });

  const seen: string[] = [];
  let query: string | null = 'limit=3';
  while (query !== null) {
    const reply = await test.inject({ url: `/api/tasks?${query}`, headers: mary.headers });
    const page: { items: Task[]; nextCursor: string | null } = reply.json();
    seen.push(...page.items.map(({ id }) => id));
    query = page.nextCursor === null ? null : `limit=3&cursor=${page.nextCursor}`;
  }

  t.equal(seen.length, 7);
  t.same(seen, seen.toSorted().toReversed());
});

t.test('filters narrow the list', async (t) => {
  const test = await startTestApp(t);
  await publishSample(test);
  const { headers } = await test.signUp('mary');
  const make = (payload: object) =>
    test.inject({ method: 'POST', url: '/api/tasks', headers, payload: { ...ECHO, ...payload } });
  await make({ title: 'one', tags: ['a', 'b'], priority: 'high' });
  await make({ title: 'two', tags: ['b'] });

  for (const [query, titles] of [
    ['tags=a', ['one']],
    ['tags=b', ['two', 'one']],
    ['tags=a,b', ['one']],
    ['action=nope', []],
    ['sort=createdAt&tags=b', ['one', 'two']],
    ['createdTo=2020-01-01T00:00:00Z', []],
    ['createdFrom=2020-01-01T00:00:00Z', ['two', 'one']],
    ['priority=high', ['one']],
    ['status=pending&plugin=sample', ['two', 'one']],
    ['status=completed', []],
  ] as const) {
    const list = await test.inject({ url: `/api/tasks?${query}`, headers });
    t.same(
      list.json<{ items: Task[] }>().items.map(({ title }) => title),
      titles,
      query,
    );
  }
});

t.test("another user's task gets the response of an unknown id; an admin sees it", async (t) => {
  const test = await startTestApp(t);
  await publishSample(test);
  const admin = await test.signUp('admin', 'admin');
  const mary = await test.signUp('mary');
  const eve = await test.signUp('eve');
  const { id } = await createEchoTask(test, mary);
  const unknown = '0123456789abcdef01234567';

  for (const url of [`/api/tasks/${id}`, `/api/tasks/${unknown}`]) {
    const read = await test.inject({ url, headers: eve.headers });
    const execute = await test.inject({ method: 'POST', url: `${url}/execute`, headers: eve.headers });
    for (const reply of [read, execute]) {
      t.equal(reply.statusCode, 404);
      t.equal(reply.json().detail, 'There is no task with this id.');
    }
  }
  t.same((await test.inject({ url: '/api/tasks?count=true', headers: eve.headers })).json(), {
    items: [],
    nextCursor: null,
    total: 0,
  });
  t.equal((await test.inject({ url: `/api/tasks/${id}`, headers: admin.headers })).statusCode, 200);
  t.equal(await test.models.ExecutionModel.countDocuments(), 0);
});

t.test('executing a task stores one execution, points the task to it and enqueues it', async (t) => {
  const test = await startTestApp(t);
  await publishSample(test);
  const mary = await test.signUp('mary');
  const { id } = await createEchoTask(test, mary);

  const reply = await test.inject({ method: 'POST', url: `/api/tasks/${id}/execute`, headers: mary.headers });

  t.equal(reply.statusCode, 202);
  const { executionId } = reply.json<{ executionId: string }>();
  t.match(reply.json(), { taskId: id, status: 'queued' });
  t.equal(reply.headers.location, `/api/executions/${executionId}`);
  const stored = await test.models.ExecutionModel.findById(executionId).lean();
  t.match(stored, {
    ownerId: mary.id,
    source: 'task',
    seq: 1,
    epoch: 0,
    policy: { timeoutMs: 5_000, maxCrashes: 3 },
  });
  const task = await test.inject({ url: `/api/tasks/${id}`, headers: mary.headers });
  t.match(task.json(), { status: 'queued', lastExecutionId: executionId });
  const job = await test.redis.hgetall(`${test.prefix}:pool-default:${executionId}-1`);
  t.equal(job.data, JSON.stringify({ executionId }));
});

t.test('of 20 equal requests with one idempotency key one creates the work', async (t) => {
  const test = await startTestApp(t);
  await publishSample(test);
  const mary = await test.signUp('mary');
  const headers = { ...mary.headers, 'idempotency-key': 'once' };
  const twenty = (request: () => ReturnType<typeof test.inject>) =>
    Promise.all(Array.from({ length: 20 }, request));

  const made = await twenty(() =>
    test.inject({ method: 'POST', url: '/api/tasks', headers, payload: { title: 'T', ...ECHO } }),
  );
  const { id } = made[0]?.json<Task>() ?? {};
  const executed = await twenty(() =>
    test.inject({ method: 'POST', url: `/api/tasks/${id}/execute`, headers }),
  );

  t.ok(made.every((reply) => reply.statusCode === 201));
  t.ok(executed.every((reply) => reply.statusCode === 202));
  t.equal(new Set(made.map((reply) => reply.json<Task>().id)).size, 1);
  t.equal(new Set(executed.map((reply) => reply.json<{ executionId: string }>().executionId)).size, 1);
  t.equal(executed.filter((reply) => reply.headers['idempotent-replayed'] === undefined).length, 1);
  t.equal(await test.models.TaskModel.countDocuments(), 1);
  t.equal(await test.models.ExecutionModel.countDocuments(), 1);
});

t.test('a used idempotency key with another body gets 409, and is free for another user', async (t) => {
  const test = await startTestApp(t);
  await publishSample(test);
  const mary = await test.signUp('mary');
  const john = await test.signUp('john');
  const make = (who: typeof mary, title: string, key = 'once') =>
    test.inject({
      method: 'POST',
      url: '/api/tasks',
      headers: { ...who.headers, 'idempotency-key': key },
      payload: { title, ...ECHO },
    });
  await make(mary, 'one');

  const other = await make(mary, 'two');
  const johns = await make(john, 'two');
  const badKey = await make(mary, 'two', 'a b');

  t.match(other.json(), { status: 409, code: 'idempotency_conflict' });
  t.equal(johns.statusCode, 201);
  t.match(badKey.json(), { status: 400, errors: [{ pointer: 'header:idempotency-key' }] });
});

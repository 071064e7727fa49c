import { type Execution, type ExecutionSummary } from '@mcp-server/shared';
import { buildExecution } from '@mcp-server/testing';
import t from 'tap';

import { ECHO, createEchoTask, publishSample, startTestApp } from '../../../testing/test-app.ts';

interface Page {
  items: ExecutionSummary[];
  nextCursor: string | null;
  total?: number;
}

t.test('executions are listed by page, without their large fields', async (t) => {
  const test = await startTestApp(t);
  const mary = await test.signUp('mary');
  const createdAt = new Date();
  // Equal times are the hard case of a keyset.
  const own = Array.from({ length: 7 }, () => buildExecution({ ownerId: mary.id, createdAt }));
  await test.models.ExecutionModel.insertMany([...own, buildExecution()]);

  for (const sort of ['-createdAt', 'createdAt']) {
    const seen: string[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const query: string = `limit=3&count=true&sort=${sort}${cursor && `&cursor=${cursor}`}`;
      const page = (
        await test.inject({ url: `/api/executions?${query}`, headers: mary.headers })
      ).json<Page>();
      t.equal(page.total, 7);
      t.notOk(page.items.some((item) => 'payload' in item || 'attempts' in item));
      seen.push(...page.items.map(({ id }) => id));
      cursor = page.nextCursor;
    }
    const inOrder = own.map(({ _id }) => _id).sort();
    t.same(seen, sort === 'createdAt' ? inOrder : inOrder.toReversed());
  }
});

t.test('filters narrow the list, and unknown ones are refused', async (t) => {
  const test = await startTestApp(t);
  const mary = await test.signUp('mary');
  const taskId = '0123456789abcdef01234567';
  await test.models.ExecutionModel.insertMany([
    buildExecution({ ownerId: mary.id, taskId, source: 'task', action: 'one' }),
    buildExecution({
      ownerId: mary.id,
      status: 'failed',
      plugin: 'other',
      createdAt: new Date(0),
      action: 'two',
    }),
  ]);

  for (const [query, actions] of [
    ['status=failed', ['two']],
    ['plugin=other', ['two']],
    ['action=one', ['one']],
    [`taskId=${taskId}`, ['one']],
    ['source=execute', ['two']],
    ['createdTo=1980-01-01T00:00:00Z', ['two']],
    ['createdFrom=1980-01-01T00:00:00%2B02:00', ['one']],
  ] as const) {
    const list = await test.inject({ url: `/api/executions?${query}`, headers: mary.headers });
    t.same(
      list.json<Page>().items.map(({ action }) => action),
      actions,
      query,
    );
  }
  for (const query of [
    'ownerId=x',
    'status[$ne]=x',
    'limit=101',
    'cursor=x',
    'sort=payload',
    'createdTo=now',
  ]) {
    const list = await test.inject({ url: `/api/executions?${query}`, headers: mary.headers });
    t.equal(list.statusCode, 400, query);
  }
});

t.test('a cursor of an earlier version continues its list, and a broken one is refused', async (t) => {
  const test = await startTestApp(t);
  const mary = await test.signUp('mary');
  const ids = ['1', '2', '3'].map((digit) => `${digit.repeat(8)}-1111-4111-8111-111111111111`);
  const createdAt = new Date(1_700_000_000_000);
  await test.models.ExecutionModel.insertMany(
    ids.map((_id) => buildExecution({ _id, ownerId: mary.id, createdAt })),
  );
  const list = (cursor: string) =>
    test.inject({ url: `/api/executions?cursor=${cursor}`, headers: mary.headers });

  // 1700000000000.22222222-1111-4111-8111-111111111111
  const reply = await list('MTcwMDAwMDAwMDAwMC4yMjIyMjIyMi0xMTExLTQxMTEtODExMS0xMTExMTExMTExMTE');

  t.same(
    reply.json<Page>().items.map(({ id }) => id),
    ids.slice(0, 1),
  );
  for (const text of [
    '',
    '1700000000000',
    `${ids[0]}`,
    `x.${ids[0]}`,
    `-1.${ids[0]}`,
    `${'9'.repeat(16)}.${ids[0]}`,
  ]) {
    const broken = await list(Buffer.from(text).toString('base64url'));
    t.match([broken.statusCode, broken.json()], [400, { errors: [{ pointer: '?cursor' }] }], text);
  }
  const ofTasks = Buffer.from('1700000000000.abcdefabcdefabcdefabcdef').toString('base64url');
  t.equal((await list(ofTasks)).statusCode, 400, 'the cursor of another list');
});

t.test('an execution is rerun, with the same payload or another, once per key', async (t) => {
  const test = await startTestApp(t);
  await publishSample(test);
  const mary = await test.signUp('mary');
  const task = await createEchoTask(test, mary);
  const url = `/api/tasks/${task.id}/execute`;
  const first = (await test.inject({ method: 'POST', url, headers: mary.headers })).json<{
    executionId: string;
  }>();
  const rerun = (payload: object, headers: object = {}) =>
    test.inject({
      method: 'POST',
      url: `/api/executions/${first.executionId}/rerun`,
      headers: { ...mary.headers, ...headers },
      payload,
    });

  const same = await rerun({});
  const edited = await rerun({ payload: { message: 'again' } }, { 'idempotency-key': 'k' });
  const repeat = await rerun({ payload: { message: 'again' } }, { 'idempotency-key': 'k' });

  t.match([same.statusCode, edited.statusCode], [202, 202]);
  t.equal(repeat.headers['idempotent-replayed'], 'true');
  t.same(repeat.json(), edited.json());
  const read = async (location: unknown) =>
    (await test.inject({ url: String(location), headers: mary.headers })).json<Execution>();
  t.match(await read(same.headers.location), {
    rerunOf: first.executionId,
    taskId: task.id,
    payload: ECHO.payload,
    status: 'queued',
  });
  t.match(await read(edited.headers.location), { payload: { message: 'again' } });
  t.match((await rerun({ payload: {} })).json(), { code: 'invalid_payload' });
  t.match((await rerun({ action: 'x' })).json(), { status: 400, errors: [{ pointer: '/action' }] });
  t.match((await rerun({}, { 'idempotency-key': 'k' })).json(), { code: 'idempotency_conflict' });
  t.equal(await test.models.ExecutionModel.countDocuments(), 3);
});

import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';

import {
  type Execution,
  type ExecutionRecord,
  type JsonValue,
  submitExecution,
  type Task,
} from '@mcp-server/shared';
import { askForRoots, buildExecution } from '@mcp-server/testing';
import t from 'tap';

import {
  type Account,
  ECHO,
  createEchoTask,
  publishSample,
  startTestApp,
  type TestApp,
} from '../../../testing/test-app.ts';

const FORM = {
  mode: 'form',
  message: 'What is your name?',
  requestedSchema: {
    type: 'object',
    properties: { name: { type: 'string', minLength: 2 }, age: { type: 'integer' } },
    required: ['name'],
  },
};

const QUESTIONS: ExecutionRecord['inputs'] = [
  { ...askForRoots(), key: 'name', method: 'elicitation/create', params: JSON.stringify(FORM) },
  {
    ...askForRoots(),
    key: 'model',
    method: 'sampling/createMessage',
    params: '{"messages":[],"maxTokens":1}',
  },
  askForRoots(),
];

const NAME = { action: 'accept', content: { name: 'Ada' } };
const MODEL = { role: 'assistant', content: { type: 'text', text: 'Paris' }, model: 'm' };
const ROOTS = { roots: [{ uri: 'file:///work' }] };

async function makeAsking({ models }: TestApp, owner: Account, changes: Partial<ExecutionRecord> = {}) {
  const execution = buildExecution({
    ownerId: owner.id,
    status: 'input_required',
    epoch: 1,
    inputs: QUESTIONS,
    ...changes,
  });
  await models.ExecutionModel.create(execution);
  return execution._id;
}

const answer = ({ inject }: TestApp, { headers }: Account, id: string, answers: Record<string, JsonValue>) =>
  inject({ method: 'POST', url: `/api/executions/${id}/input`, headers, payload: { answers } });

const read = async ({ inject }: TestApp, { headers }: Account, id: string) =>
  (await inject({ url: `/api/executions/${id}`, headers })).json<Execution>();

t.test('answers arrive one by one; the last one enqueues the execution as a new job', async (t) => {
  const test = await startTestApp(t);
  const mary = await test.signUp('mary');
  const id = await makeAsking(test, mary);
  t.match(await read(test, mary, id), {
    status: 'input_required',
    openInputs: 3,
    inputs: [
      { key: 'name', method: 'elicitation/create', params: FORM, askedAt: String },
      { key: 'model' },
      { key: 'roots' },
    ],
  });

  const first = await answer(test, mary, id, { name: NAME, stranger: 1 });
  t.equal(first.statusCode, 202);
  t.same(first.json(), { executionId: id, status: 'input_required', open: ['model', 'roots'] });
  const second = await answer(test, mary, id, { name: { action: 'decline' }, model: MODEL });
  t.same(second.json().open, ['roots'], 'the first answer stands, the others are taken');
  const last = await answer(test, mary, id, { roots: ROOTS });
  t.same(last.json(), { executionId: id, status: 'queued', open: [] });

  t.match(await read(test, mary, id), {
    status: 'queued',
    openInputs: undefined,
    inputs: [{ answer: NAME, answeredAt: String }, { answer: MODEL }, { answer: ROOTS }],
  });
  t.equal((await test.deps.queues.countJobs('default')).prioritized, 1);
  const repeat = await answer(test, mary, id, { roots: ROOTS });
  t.same(
    [repeat.statusCode, repeat.json().status],
    [202, 'queued'],
    'a repeat after a lost response is not an error',
  );
  t.equal((await test.models.ExecutionModel.findById(id).lean())?.seq, 2);
});

t.test('invalid answers are refused with pointers, and nothing is stored', async (t) => {
  const test = await startTestApp(t);
  const mary = await test.signUp('mary');
  const id = await makeAsking(test, mary);
  const cases: [Record<string, JsonValue>, string[]][] = [
    [{ name: 'Ada' }, ['/answers/name']],
    [{ name: { action: 'agree' } }, ['/answers/name/action']],
    [{ name: { action: 'accept' } }, ['/answers/name/content/name']],
    [{ name: { action: 'accept', content: { name: 'A' } } }, ['/answers/name/content/name']],
    [
      { name: { action: 'accept', content: { name: 'Ada', age: 'old' } }, model: MODEL },
      ['/answers/name/content/age'],
    ],
    [{ model: { role: 'system', content: MODEL.content } }, ['/answers/model/role']],
    [{ model: { role: 'assistant' } }, ['/answers/model/content']],
    [{ roots: { roots: [{ uri: 'https://example.com' }] } }, ['/answers/roots/roots/0/uri']],
    [{ roots: null, model: null }, ['/answers/model', '/answers/roots']],
  ];

  for (const [answers, pointers] of cases) {
    const refused = await answer(test, mary, id, answers);
    t.equal(refused.statusCode, 400, JSON.stringify(answers));
    t.match(refused.json(), { code: 'invalid_answer' });
    t.same(
      refused.json<{ errors: { pointer: string }[] }>().errors.map(({ pointer }) => pointer),
      pointers,
    );
  }
  const large = await answer(test, mary, id, {
    model: { ...MODEL, content: { type: 'text', text: 'x'.repeat(270_000) } },
  });
  t.match(large.json(), { code: 'payload_too_large', status: 413 });
  t.equal((await read(test, mary, id)).openInputs, 3);
});

t.test("another user's execution is not found, for admins too; one that does not wait says so", async (t) => {
  const test = await startTestApp(t);
  const admin = await test.signUp('admin', 'admin');
  const mary = await test.signUp('mary');
  const asking = await makeAsking(test, mary);
  const running = await makeAsking(test, mary, { status: 'running' });
  const ended = await makeAsking(test, mary, { status: 'cancelled' });

  t.equal((await answer(test, admin, asking, { roots: ROOTS })).statusCode, 404);
  t.equal((await read(test, admin, asking)).openInputs, 3, 'an admin may read what it asks');
  t.match((await answer(test, mary, running, { roots: ROOTS })).json(), {
    status: 409,
    code: 'not_waiting_for_input',
    detail: /is running/,
  });
  t.match((await answer(test, mary, ended, { roots: ROOTS })).json(), {
    status: 409,
    detail: /is cancelled/,
  });
});

t.test('of many concurrent answers one is stored, and one job is added', async (t) => {
  const test = await startTestApp(t);
  const mary = await test.signUp('mary');
  const id = await makeAsking(test, mary, { inputs: QUESTIONS?.slice(0, 1) });
  const names = Array.from({ length: 20 }, (_, index) => `name${index}`);

  const replies = await Promise.all(
    names.map((name) => answer(test, mary, id, { name: { action: 'accept', content: { name } } })),
  );

  t.equal(replies.filter(({ statusCode }) => statusCode === 202).length, 1);
  t.equal(replies.filter(({ statusCode }) => statusCode === 409).length, 19);
  const winner = names[replies.findIndex(({ statusCode }) => statusCode === 202)];
  t.match((await read(test, mary, id)).inputs, [{ answer: { content: { name: winner } } }]);
  t.equal((await test.deps.queues.countJobs('default')).prioritized, 1);
});

t.test('the task shows that it waits and that it goes on, and lists count what is open', async (t) => {
  const test = await startTestApp(t);
  await publishSample(test);
  const mary = await test.signUp('mary');
  const { id: taskId } = await createEchoTask(test, mary);
  const id = await makeAsking(test, mary, { taskId });
  const listed = await test.inject({ url: '/api/executions?status=input_required', headers: mary.headers });
  t.match(listed.json(), { items: [{ id, status: 'input_required', openInputs: 3 }] });
  t.notOk('inputs' in listed.json<{ items: object[] }>().items[0]!);

  await answer(test, mary, id, { name: NAME, model: MODEL, roots: ROOTS });

  const task = await test.inject({ url: `/api/tasks/${taskId}`, headers: mary.headers });
  t.match(task.json<Task>(), { status: 'queued', lastExecutionId: id });
});

t.test('answers sent with the call are stored, within the size limit of a payload', async (t) => {
  const test = await startTestApp(t);
  await publishSample(test);
  const { id: ownerId } = await test.signUp('mary');
  const submit = (earlyAnswers: Record<string, JsonValue>) =>
    submitExecution(test.deps, { ...ECHO, ownerId, source: 'mcp', priority: 'normal', earlyAnswers });

  const { execution } = await submit({ name: NAME });

  const stored = await test.models.ExecutionModel.findById(execution._id).lean();
  t.same(JSON.parse(stored?.earlyAnswers ?? ''), { name: NAME });
  await t.rejects(submit({ name: 'x'.repeat(270_000) }), { code: 'PAYLOAD_TOO_LARGE' });
  const refused = await submit({ 'a b/c': NAME }).catch((error: unknown) => error);
  t.match(refused, { code: 'INVALID_REQUEST', pointers: [{ pointer: '/answers/a b~1c' }] });
  t.equal((await submit({})).execution.earlyAnswers, undefined);
});

t.test('while Redis is down an answer is still stored at once', async (t) => {
  const test = await startTestApp(t, { REDIS_URL: `redis://127.0.0.1:${await closedPort()}` });
  const mary = await test.signUp('mary');
  const id = await makeAsking(test, mary);
  const startedAt = performance.now();

  const reply = await answer(test, mary, id, { name: NAME, model: MODEL, roots: ROOTS });

  t.ok(performance.now() - startedAt < 1_000, 'at once');
  t.same([reply.statusCode, reply.json().status], [202, 'queued']);
  t.match(await test.models.ExecutionModel.findById(id).lean(), { status: 'queued', seq: 2 });
});

/** A port on which nothing listens. */
async function closedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

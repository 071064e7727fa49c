import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { eventStreamKey, readEvent } from '@mcp-server/shared';
import {
  FIXTURE_PLUGINS,
  openNamespace,
  type ProductProcess,
  startOwnRedis,
  startProcess,
  waitFor,
} from '@mcp-server/testing';
import t, { type Test } from 'tap';

const TEST_TIMEOUT_MS = 200_000;
const RECOVERY_MS = 60_000;

const accept = (content: object) => ({ action: 'accept', content });

/** An API and a worker that can be killed and restarted, and a caller. `dir` outlives them. */
async function openProduct(t: Test, dir: string, redisUrl?: string) {
  const space = await openNamespace(t, redisUrl);
  const startApi = () => startProcess(t, 'api', { ...space.env, DATA_DIR: dir, DRAIN_DELAY_MS: '0' });
  const startWorker = () => startProcess(t, 'worker', { ...space.env, PLUGINS_DIR: FIXTURE_PLUGINS });
  const [api, worker] = await Promise.all([startApi(), startWorker()]);
  const account = { email: 'mary@example.com', username: 'mary', password: 'Test123456' };
  const { accessToken, user } = (await callerAt(api)('POST', '/api/auth/register', account)).body;
  const { id: userId } = user as { id: string };
  const readEvents = async () => {
    const entries = await space.redis.xrange(eventStreamKey(space.prefix, userId), '-', '+');
    return entries.map((entry) => readEvent(entry)?.type);
  };
  const callAt = (process: typeof api) => callerAt(process, String(accessToken));
  const call = callAt(api);
  await waitFor('the catalogue', async () => (await call('GET', '/api/plugins/asking')).status === 200);
  return { api, worker, startApi, startWorker, callAt, call, readEvents, redis: space.redis };
}

/** Calls an API process. */
function callerAt({ started }: ProductProcess, token?: string) {
  return async (method: string, path: string, body?: object) => {
    const answer = await fetch(`${String(started['address'])}${path}`, {
      method,
      headers: {
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(body ? { 'content-type': 'application/json' } : {}),
      },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    const text = await answer.text();
    const isJson = text.startsWith('{');
    return {
      status: answer.status,
      text,
      body: (isJson ? JSON.parse(text) : {}) as Record<string, unknown>,
    };
  };
}

type Call = ReturnType<typeof callerAt>;

const reach = (call: Call, id: string, status: string) =>
  waitFor(
    `${id} to be ${status}`,
    async () => {
      const { body } = await call('GET', `/api/executions/${id}`);
      return body.status === status && body;
    },
    RECOVERY_MS,
  );

t.test(
  'worker and API die after the question, and Redis is wiped, then down during the answer: each effect happens once',
  { timeout: TEST_TIMEOUT_MS },
  async (t) => {
    const redis = await startOwnRedis(t);
    // The folder is that of the Redis: a second `testdir` would remove it.
    const product = await openProduct(t, t.testdirName, redis.url);
    const file = join(t.testdirName, 'effects');
    const ask = { plugin: 'asking', action: 'greet', payload: { file }, wait: 0 };
    const id = String((await product.call('POST', '/mcp/execute', ask)).body['executionId']);
    await reach(product.call, id, 'input_required');

    await Promise.all([product.worker.end('SIGKILL'), product.api.end('SIGKILL')]);
    await product.redis.flushall();
    redis.control.pause();
    const call = product.callAt(await product.startApi());
    const startedAt = performance.now();
    const answers = { 'input-1': accept({ name: 'Ada' }) };
    const answered = await waitFor('an answer', async () => {
      const reply = await call('POST', `/api/executions/${id}/input`, { answers });
      return reply.status !== 503 && reply;
    });
    t.comment(`answered after ${Math.round(performance.now() - startedAt)} ms`);
    redis.control.resume();
    await product.startWorker();

    t.equal(answered.status, 202, answered.text);
    t.match(answered.body, { status: 'queued', open: [] });
    const ended = await reach(call, id, 'completed');
    t.match(ended, {
      result: { text: 'Hello, Ada!' },
      content: [{ type: 'text', text: '**Hello, Ada!**' }],
      attemptsUsed: 1,
      attempts: [{ outcome: 'input_required' }, { outcome: 'completed' }],
    });
    t.equal(await readFile(file, 'utf8'), 'before\nafter Ada\n');
  },
);

t.test('a task and its events show the question, and the catalogue its tool', async (t) => {
  const dir = t.testdir({});
  const { call, readEvents } = await openProduct(t, dir);
  const task = { title: 'Greet', plugin: 'asking', action: 'greet', payload: { file: join(dir, 'effects') } };
  const path = `/api/tasks/${String((await call('POST', '/api/tasks', task)).body['id'])}`;
  const id = String((await call('POST', `${path}/execute`)).body['executionId']);
  const statusOf = async () => (await call('GET', path)).body['status'];
  await waitFor('the task to wait', async () => (await statusOf()) === 'input_required');

  const answers = { 'input-1': accept({ name: 'Ada' }) };
  t.equal((await call('POST', `/api/executions/${id}/input`, { answers })).status, 202);

  await waitFor('the task to end', async () => (await statusOf()) === 'completed');
  const types = ['completed', 'input_required', 'queued', 'queued', 'started', 'started'];
  const events = await waitFor('all events', async () => {
    const stored = await readEvents();
    return stored.length >= types.length && stored;
  });
  t.same(
    events.map(String).toSorted(),
    types.map((type) => `execution.${type}`),
  );
  const { body: plugin } = await call('GET', '/api/plugins/sample');
  const tool = { isTool: true, tool: { asTask: 'auto' } };
  t.match(plugin, { resources: [], prompts: [], actions: [tool, tool, tool] });
});

t.test('a waiting caller gets the question at once', async (t) => {
  const { call } = await openProduct(t, t.testdir({}));
  const ask = { plugin: 'sample', action: 'ask', payload: {}, wait: 50 };
  const startedAt = performance.now();

  const asked = await call('POST', '/mcp/execute', ask);

  t.match([asked.status, asked.body], [202, { status: 'input_required' }]);
  const path = `/api/executions/${String(asked.body['executionId'])}`;
  const waiting = call('GET', `${path}?wait=50`);
  await call('POST', `${path}/input`, { answers: { name: accept({ name: 'Ada' }) } });
  t.match((await waiting).body, { status: 'completed', result: { greeting: 'Hello, Ada!' } });
  t.ok(performance.now() - startedAt < 40_000, 'long before the wait was over');
});

import { buildExecution, waitFor } from '@mcp-server/testing';
import t from 'tap';

import { listen, type McpClient, openClient, startWorker, WITH_TASKS } from '../testing/mcp-client.ts';
import { publishSample, startTestApp, type TestApp } from '../testing/test-app.ts';

const UNKNOWN = '00000000-0000-4000-8000-000000000000';
const withTasks = { capabilities: WITH_TASKS };

/** Changes how `sample.echo` behaves as a tool. */
const setPolicy = ({ models }: TestApp, policy: object) =>
  models.PluginModel.updateOne(
    { _id: 'sample@1.0.0' },
    { $set: { 'actions.0.tool': { asTask: 'auto', inputFirst: false, onDisconnect: 'cancel', ...policy } } },
  );

const untilEnded = (client: McpClient, taskId: unknown) =>
  waitFor('the end of the task', async () => {
    const { result } = await client('tasks/get', { taskId }, withTasks);
    return result['status'] === 'working' ? undefined : result;
  });

t.test('a long call becomes an mcpTask and is followed to its end', async (t) => {
  const test = await startTestApp(t);
  await startWorker(t, test);
  const mary = openClient(await listen(test), await test.signUp('mary'));

  const made = await mary('tools/call', { name: 'sample__sleep', arguments: { ms: 4_000 } }, withTasks);
  const working = await mary('tasks/get', { taskId: made.result['taskId'] }, withTasks);
  const ended = await untilEnded(mary, made.result['taskId']);

  t.match(made.result, {
    resultType: 'task',
    status: 'working',
    ttlMs: 2_592_000_000,
    pollIntervalMs: 1_000,
  });
  t.notOk('result' in made.result);
  t.match(working.result, { resultType: 'complete', taskId: made.result['taskId'], status: 'working' });
  t.match(working.result['statusMessage'], /^attempt 1 of 3/);
  t.match(ended, { status: 'completed', result: { structuredContent: { sleptMs: 4_000 } } });
  t.notOk('statusMessage' in ended);
});

t.test('a quick call is answered at once although the client knows mcpTasks', async (t) => {
  const test = await startTestApp(t);
  await startWorker(t, test);
  const mary = openClient(await listen(test), await test.signUp('mary'));

  const { result } = await mary('tools/call', { name: 'sample__add', arguments: { a: 1, b: 1 } }, withTasks);

  t.match(result, { resultType: 'complete', structuredContent: { sum: 2 } });
  t.notOk('taskId' in result);
});

t.test('a usually long action becomes an mcpTask at once', async (t) => {
  const test = await startTestApp(t);
  await publishSample(test);
  const mary = await test.signUp('mary');
  const past = { plugin: 'sample', action: 'echo', ownerId: mary.id, status: 'completed' as const };
  await test.models.ExecutionModel.create(
    [9_000, 20_000, 60_000].map((runMs) =>
      buildExecution({ ...past, runMs, waitMs: 1, endedAt: new Date() }),
    ),
  );
  const client = openClient(await listen(test), mary);

  const startedAt = performance.now();
  const { result } = await client(
    'tools/call',
    { name: 'sample__echo', arguments: { message: 'hello' } },
    withTasks,
  );

  t.ok(performance.now() - startedAt < 1_900, 'without the short wait');
  t.match(result, {
    resultType: 'task',
    status: 'working',
    statusMessage: 'waiting in the queue',
    pollIntervalMs: 5_000,
  });
});

t.test('the policy of an action decides over mcpTasks', async (t) => {
  const test = await startTestApp(t, { MCP_WAIT_SECONDS: '1' });
  await publishSample(test);
  const mary = openClient(await listen(test), await test.signUp('mary'));
  const echo = (call: object = {}) =>
    mary('tools/call', { name: 'sample__echo', arguments: { message: 'hello' } }, call);
  /** The catalogue is read once a second. */
  const settled = async (asTask: string, isSeen: (reply: Awaited<ReturnType<McpClient>>) => boolean) => {
    await setPolicy(test, { asTask });
    await test.models.PluginModel.updateOne({ _id: 'sample@1.0.0' }, { $set: { hash: asTask } });
    return waitFor(asTask, async () => {
      const reply = await echo(asTask === 'required' ? {} : withTasks);
      return isSeen(reply) && reply;
    });
  };

  const refused = await settled('required', ({ status }) => status === 400);
  const required = await echo(withTasks);
  const never = await settled('never', ({ result }) => result['resultType'] === 'complete');

  t.match(refused.error, {
    code: -32_021,
    data: { requiredCapabilities: { extensions: { 'io.modelcontextprotocol/tasks': {} } } },
  });
  t.match(required.result, { resultType: 'task' });
  t.match(never.result, { structuredContent: { status: 'working' } });
});

t.test('a cancel returns the same empty result in every state', async (t) => {
  const test = await startTestApp(t);
  await startWorker(t, test);
  const mary = openClient(await listen(test), await test.signUp('mary'));
  const { result } = await mary(
    'tools/call',
    { name: 'sample__sleep', arguments: { ms: 60_000 } },
    withTasks,
  );
  const { taskId } = result;

  const first = await mary('tasks/cancel', { taskId }, withTasks);
  const ended = await untilEnded(mary, taskId);
  const second = await mary('tasks/cancel', { taskId }, withTasks);

  t.equal(ended.status, 'cancelled');
  t.same(first.result, second.result);
  t.same(Object.keys(first.result).toSorted(), ['_meta', 'resultType']);
});

t.test('methods of mcpTasks are for clients that declare them with the request', async (t) => {
  const test = await startTestApp(t);
  const mary = openClient(await listen(test), await test.signUp('mary'));

  for (const method of ['tasks/get', 'tasks/cancel']) {
    const undeclared = await mary(method, { taskId: UNKNOWN });
    const legacy = await mary(method, { taskId: UNKNOWN }, { era: 'legacy' });
    t.equal(undeclared.status, 400);
    t.equal(undeclared.error?.code, -32_021);
    t.equal(legacy.error?.code, -32_601);
  }
});

t.test(
  'an id of another user gets the response of an unknown id, byte for byte, for admins too',
  async (t) => {
    const test = await startTestApp(t, { MCP_WAIT_SECONDS: '1' });
    await publishSample(test);
    const url = await listen(test);
    const admin = openClient(url, await test.signUp('admin', 'admin'));
    const mary = openClient(url, await test.signUp('mary'));
    const john = openClient(url, await test.signUp('john'));
    const made = await mary(
      'tools/call',
      { name: 'sample__echo', arguments: { message: 'hello' } },
      withTasks,
    );
    const taskId = String(made.result['taskId']);
    const calls = (id: string): [string, object][] => [
      ['tasks/get', { taskId: id }],
      ['tasks/cancel', { taskId: id }],
      ['tools/call', { name: 'task_get', arguments: { taskId: id } }],
      ['tools/call', { name: 'task_cancel', arguments: { taskId: id } }],
    ];

    for (const stranger of [john, admin]) {
      for (const [index, [method, params]] of calls(taskId).entries()) {
        const theirs = await stranger(method, { ...params }, withTasks);
        const unknown = await stranger(method, { ...calls(UNKNOWN)[index]?.[1] }, withTasks);
        const nonsense = await stranger(method, { ...calls('no id')[index]?.[1] }, withTasks);
        t.same(theirs.messages, unknown.messages, method);
        t.same(theirs.messages, nonsense.messages, method);
        t.ok(theirs.error?.code === -32_602 || theirs.result['isError'] === true);
      }
    }
    const own = await mary('tasks/get', { taskId }, withTasks);
    t.match(own.result, { taskId, status: 'working' });
  },
);

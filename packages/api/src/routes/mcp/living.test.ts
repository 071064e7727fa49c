import type { PluginRecord } from '@mcp-server/shared';
import { waitFor } from '@mcp-server/testing';
import t from 'tap';

import { listen, openClient } from '../../testing/mcp-client.ts';
import { ECHO, publishSample, startTestApp, type TestApp } from '../../testing/test-app.ts';

/** Without a worker a call may not take this long: nothing is waited for. */
const AT_ONCE_MS = 5_000;
const DEAD_MS = 20_000;
const BEYOND_GRACE_MS = 61_000;

const schema = (required: string[]) =>
  JSON.stringify({
    type: 'object',
    properties: { message: { type: 'string' }, unit: { type: 'string' } },
    required,
    additionalProperties: false,
  });

/** Sets when a version was last seen; with `unseenMs` 0 it lives. */
const seen = ({ models }: TestApp, version: string, unseenMs: number) =>
  models.PluginModel.updateOne({ _id: `sample@${version}` }, { seenAt: new Date(Date.now() - unseenMs) });

/** Publishes 2.0.0 beside 1.0.0; its payload needs `unit` too, and it has one more resource and prompt. */
async function publishBoth(test: TestApp): Promise<void> {
  await publishSample(test);
  const one = await test.models.PluginModel.findById('sample@1.0.0').lean<PluginRecord>();
  const [echo] = one!.actions;
  const entry = { title: 'Entry', description: '', action: 'read' };
  await test.models.PluginModel.create({
    ...one,
    _id: 'sample@2.0.0',
    version: '2.0.0',
    hash: 'two',
    actions: [
      { ...echo, inputSchema: schema(['message', 'unit']) },
      { ...echo, name: 'read', isTool: false, inputSchema: '{}' },
    ],
    resources: [{ ...entry, name: 'news', uri: 'sample://news', isTemplate: false }],
    prompts: [{ ...entry, name: 'plan', arguments: [] }],
  });
}

async function timed<T>(work: Promise<T>): Promise<{ value: T; tookMs: number }> {
  const startedAt = performance.now();
  return { value: await work, tookMs: performance.now() - startedAt };
}

t.test('after a rollback the payload of the living version is asked for', async (t) => {
  const test = await startTestApp(t);
  const mary = await test.signUp('mary');
  await publishBoth(test);
  await seen(test, '2.0.0', DEAD_MS);
  const execute = (payload: object) =>
    test.inject({
      method: 'POST',
      url: '/mcp/execute',
      headers: mary.headers,
      payload: { ...ECHO, payload, wait: 0 },
    });

  const accepted = await execute({ message: 'a' });
  const refused = await execute({ message: 'a', unit: 'b' });
  const task = await test.inject({
    method: 'POST',
    url: '/api/tasks',
    headers: mary.headers,
    payload: { title: 'Echo', ...ECHO, payload: { message: 'a' } },
  });

  t.equal(accepted.statusCode, 202);
  t.match(refused.json(), { status: 400, errors: [{ pointer: '/payload/unit' }] });
  t.equal(task.statusCode, 201);
  const { executionId } = accepted.json<{ executionId: string }>();
  t.match(await test.models.ExecutionModel.findById(executionId).lean(), { pluginVersion: '1.0.0' });
  const plugin = await test.inject({ url: '/api/plugins/sample', headers: mary.headers });
  t.match(plugin.json(), {
    version: '1.0.0',
    isAlive: true,
    isListed: true,
    actions: [{ name: 'echo', version: '1.0.0', isServed: true }],
    versions: [
      { version: '2.0.0', isAlive: false, unseenMs: Number },
      { version: '1.0.0', isAlive: true },
    ],
  });
});

t.test('a call of an action that no living worker has gets its id and the reason at once', async (t) => {
  const test = await startTestApp(t);
  const mary = await test.signUp('mary');
  await publishSample(test);
  await seen(test, '1.0.0', DEAD_MS);
  const client = openClient(await listen(test), mary);
  const call = { name: 'sample__echo', arguments: { message: 'hello' } };
  const extensions = { 'io.modelcontextprotocol/tasks': {} };

  const rest = await timed(
    test.inject({ method: 'POST', url: '/mcp/execute', headers: mary.headers, payload: ECHO }),
  );
  const legacy = await timed(client('tools/call', call, { era: 'legacy' }));
  const modern = await timed(client('tools/call', call, { capabilities: { extensions } }));

  for (const { tookMs } of [rest, legacy, modern]) t.ok(tookMs < AT_ONCE_MS, `${Math.round(tookMs)} ms`);
  const reason = { code: 'no_worker_for_plugin', text: /^No living worker has sample\.echo/ };
  t.equal(rest.value.statusCode, 202);
  t.match(rest.value.json(), { executionId: String, status: 'queued', reason });
  t.match(legacy.value.result, {
    content: [{ text: /No living worker has sample\.echo.*task_get/ }],
    structuredContent: { taskId: String, status: 'working', reason },
  });
  t.match(modern.value.result, { taskId: String, status: 'working', statusMessage: reason.text });
  const { taskId } = modern.value.result as { taskId: string };
  const polled = await client('tasks/get', { taskId }, { capabilities: { extensions } });
  t.match(polled.result, { status: 'working', statusMessage: reason.text });
});

t.test(
  'tools, resources and prompts without a worker are listed for the grace, and again later',
  async (t) => {
    const test = await startTestApp(t, { RATE_LIMIT_MAX_REQUESTS: '100000' });
    const mary = await test.signUp('mary');
    await publishBoth(test);
    const client = openClient(await listen(test), mary);
    const names = async () => {
      const [tools, resources, prompts] = await Promise.all(
        ['tools', 'resources', 'prompts'].map(async (kind) => {
          const { result } = await client(`${kind}/list`);
          return (result[kind] as { name: string }[]).map(({ name }) => name);
        }),
      );
      return [...tools!, ...resources!, ...prompts!]
        .filter((name) => !/^task_|^[0-9a-f]{8}-/.test(name))
        .join(' ');
    };
    const setSeen = (unseenMs: number) =>
      Promise.all(['1.0.0', '2.0.0'].map((version) => seen(test, version, unseenMs)));
    const listed = 'sample__echo news plan';
    t.equal(await names(), listed);

    await setSeen(DEAD_MS);
    // Longer than the snapshot of the catalogue is kept.
    await waitFor('the plugin to be dead', async () =>
      (await test.deps.catalogue.list()).every(({ isAlive }) => !isAlive),
    );
    t.equal(await names(), listed, 'a restart of the fleet changes nothing');

    await setSeen(BEYOND_GRACE_MS);
    await waitFor('nothing to be listed', async () => (await names()) === '');
    const call = { name: 'sample__echo', arguments: { message: 'hello', unit: 'm' } };
    const called = await client('tools/call', call, { era: 'legacy' });
    t.match(
      called.result,
      { structuredContent: { taskId: String, status: 'working' } },
      'it is still accepted',
    );
    const read = await client('resources/read', { uri: 'sample://news' }, { era: 'legacy' });
    t.match(read.error, {
      message: /^No living worker has sample\.read/,
      data: { taskId: String, reason: 'no_worker_for_plugin' },
    });
    const plugin = await test.inject({ url: '/api/plugins/sample', headers: mary.headers });
    t.match(plugin.json(), { isAlive: false, isListed: false });

    await setSeen(0);
    await waitFor('all to be listed again', async () => (await names()) === listed);
  },
);

import t from 'tap';

import { listen, openClient, startWorker } from '../testing/mcp-client.ts';
import { publishSample, startTestApp } from '../testing/test-app.ts';

type Listed = { name: string; inputSchema: { type: string }; annotations: object; outputSchema?: object };

t.test('a tool of the catalogue is listed and called, in both eras', async (t) => {
  const test = await startTestApp(t);
  await startWorker(t, test);
  const mary = openClient(await listen(test), await test.signUp('mary'));

  for (const era of ['modern', 'legacy'] as const) {
    const listed = await mary('tools/list', {}, { era });
    const called = await mary('tools/call', { name: 'sample__add', arguments: { a: 1, b: 2 } }, { era });

    const tools = listed.result['tools'] as Listed[];
    const names = tools.map(({ name }) => name);
    t.same(names, names.toSorted(), 'in a fixed order');
    t.ok(['sample__add', 'sample__echo', 'task_cancel', 'task_get'].every((name) => names.includes(name)));
    t.ok(tools.every(({ inputSchema }) => inputSchema.type === 'object'));
    if (era === 'modern') t.match(listed.result, { ttlMs: 10_000, cacheScope: 'private' });
    t.match(called.result, { structuredContent: { sum: 3 }, content: [{ type: 'text', text: '{"sum":3}' }] });
    t.notOk(called.result['isError']);
  }
  const executions = await test.models.ExecutionModel.find().lean();
  t.same(
    executions.map(({ source, status }) => ({ source, status })),
    [
      { source: 'mcp', status: 'completed' },
      { source: 'mcp', status: 'completed' },
    ],
  );
});

t.test('mistakes of a model are tool errors, mistakes of a client are protocol errors', async (t) => {
  const test = await startTestApp(t);
  await startWorker(t, test);
  const mary = openClient(await listen(test), await test.signUp('mary'));

  const misfit = await mary('tools/call', { name: 'sample__add', arguments: { a: 'one', b: 2 } });
  const failed = await mary('tools/call', { name: 'sample__fail', arguments: { message: 'so it is' } });
  const unknown = await mary('tools/call', { name: 'sample__nothing', arguments: {} });

  t.match(misfit.result, {
    isError: true,
    content: [{ text: /\/arguments\/a/ }],
    _meta: { 'mcp-server/problem': { code: 'invalid_payload', errors: [{ pointer: '/arguments/a' }] } },
  });
  t.match(failed.result, { isError: true, content: [{ text: /so it is/ }] });
  t.match(unknown.error, { code: -32_602, message: /sample__nothing/ });
  t.equal(await test.models.ExecutionModel.countDocuments(), 1, 'only the one that could run');
});

t.test('limits and conflicts are tool errors with their codes', async (t) => {
  const test = await startTestApp(t, { MAX_UNFINISHED_PER_USER: '1', MCP_WAIT_SECONDS: '1' });
  await publishSample(test);
  const mary = openClient(await listen(test), await test.signUp('mary'));
  const echo = (message: string, meta: object = {}) =>
    mary('tools/call', { name: 'sample__echo', arguments: { message } }, { meta });
  await echo('one', { 'mcp-server/idempotencyKey': 'key' });

  const limited = await echo('two');
  const conflict = await echo('two', { 'mcp-server/idempotencyKey': 'key' });
  const repeat = await echo('one', { 'mcp-server/idempotencyKey': 'key' });

  const problem = (code: string) => ({ isError: true, _meta: { 'mcp-server/problem': { code } } });
  t.match(limited.result, problem('too_many_unfinished'));
  t.match(limited.result, { _meta: { 'mcp-server/problem': { status: 429, retryAfterSeconds: 1 } } });
  t.match(conflict.result, problem('idempotency_conflict'));
  t.match(repeat.result, { structuredContent: { status: 'working' } });
  t.equal(await test.models.ExecutionModel.countDocuments(), 1);
});

t.test('the idempotency key comes by header or by _meta, but not two different ones', async (t) => {
  const test = await startTestApp(t, { MCP_WAIT_SECONDS: '1' });
  await publishSample(test);
  const mary = openClient(await listen(test), await test.signUp('mary'));
  const call = { name: 'sample__echo', arguments: { message: 'once' } };
  const inHeader = { headers: { 'idempotency-key': 'key' } };
  const inMeta = { meta: { 'mcp-server/idempotencyKey': 'key' } };

  const [first, second] = [await mary('tools/call', call, inHeader), await mary('tools/call', call, inMeta)];
  const differing = await mary('tools/call', call, {
    ...inHeader,
    meta: { 'mcp-server/idempotencyKey': 'other' },
  });
  const broken = await mary('tools/call', call, { meta: { 'mcp-server/idempotencyKey': 7 } });

  t.same(first.result['structuredContent'], second.result['structuredContent']);
  t.equal(differing.error?.code, -32_602);
  t.equal(broken.error?.code, -32_602);
  t.equal(await test.models.ExecutionModel.countDocuments(), 1);
});

t.test('the first plugin by id keeps a public name; its rivals go by plugin and action', async (t) => {
  const test = await startTestApp(t);
  await publishSample(test);
  const { PluginModel } = test.models;
  const { actions, ...first } = (await PluginModel.findById('sample@1.0.0').lean()) ?? { actions: [] };
  const named = actions.map((action) => Object.assign(action, { publicName: 'echo' }));
  await PluginModel.updateOne({ _id: 'sample@1.0.0' }, { $set: { actions: named } });
  await PluginModel.create({ ...first, actions: named, _id: 'another@1.0.0', id: 'another' });
  const mary = openClient(await listen(test), await test.signUp('mary'));

  const { result } = await mary('tools/list');

  t.same(
    (result['tools'] as Listed[]).map(({ name }) => name),
    ['echo', 'sample__echo', 'task_cancel', 'task_get'],
  );
});

t.test('actions that cannot be tools are neither listed nor called', async (t) => {
  const test = await startTestApp(t);
  await publishSample(test);
  await test.models.PluginModel.updateOne({ _id: 'sample@1.0.0' }, { $set: { 'actions.0.isTool': false } });
  const mary = openClient(await listen(test), await test.signUp('mary'));

  const listed = await mary('tools/list');
  const called = await mary('tools/call', { name: 'sample__echo', arguments: { message: 'hello' } });

  t.equal((listed.result['tools'] as Listed[]).length, 2);
  t.equal(called.error?.code, -32_602);
});

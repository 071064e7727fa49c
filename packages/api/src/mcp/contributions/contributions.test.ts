import { fileURLToPath } from 'node:url';

import { waitFor } from '@mcp-server/testing';
import t, { type Test } from 'tap';

import { listen, openClient, startWorker } from '../../testing/mcp-client.ts';
import { startTestApp } from '../../testing/test-app.ts';

const EXAMPLES = fileURLToPath(new URL('../../../../../examples/plugins/', import.meta.url));

async function start(t: Test) {
  const test = await startTestApp(t);
  await startWorker(t, test, { PLUGINS_DIR: EXAMPLES });
  await waitFor('the examples', async () =>
    (await test.deps.catalogue.list()).some(({ plugin }) => plugin.id === 'trips'),
  );
  const url = await listen(test);
  return { test, url, mary: openClient(url, await test.signUp('mary')) };
}

const names = (list: unknown, field: string) =>
  (list as Record<string, string>[]).map((entry) => entry[field]);

t.test('a resource is listed, read as an execution, and not found at an unknown URI', async (t) => {
  const { test, mary } = await start(t);
  const uri = 'trips://stations/Oslo';

  for (const era of ['modern', 'legacy'] as const) {
    const templates = await mary('resources/templates/list', {}, { era });
    const read = await mary('resources/read', { uri }, { era });
    const missing = await mary('resources/read', { uri: 'trips://stations/Paris' }, { era });
    const foreign = await mary('resources/read', { uri: 'trips://nowhere' }, { era });

    t.same(names(templates.result['resourceTemplates'], 'uriTemplate'), [
      'execution://{id}',
      'trips://stations/{city}',
    ]);
    t.match(read.result, { contents: [{ uri, text: 'Oslo: trains to two cities' }] });
    for (const { error } of [missing, foreign]) t.match(error, { code: -32_602, data: { uri: /^trips:/ } });
  }
  t.equal(await test.models.ExecutionModel.countDocuments({ source: 'mcp', plugin: 'trips' }), 4);
});

t.test('own executions are resources, those of others are not found', async (t) => {
  const { test, url, mary } = await start(t);
  const john = openClient(url, await test.signUp('john'));
  await mary('tools/call', { name: 'sample__echo', arguments: { message: 'hello' } });

  const listed = await mary('resources/list');
  const [uri = ''] = names(listed.result['resources'], 'uri');
  const own = await mary('resources/read', { uri });
  const strangers = await john('resources/read', { uri });
  const unknown = await john('resources/read', { uri: 'execution://00000000-0000-4000-8000-000000000000' });
  const johns = await john('resources/list');

  t.match(uri, /^execution:\/\/[0-9a-f-]{36}$/);
  t.match(JSON.parse((own.result['contents'] as { text: string }[])[0]?.text ?? ''), {
    status: 'completed',
    result: { message: 'hello' },
  });
  t.match(strangers.error, { code: -32_602, message: unknown.error?.message });
  t.match(unknown.error, { code: -32_602 });
  t.same(johns.result['resources'], []);
  t.match(listed.result, { ttlMs: 0, cacheScope: 'private' });
});

t.test('a prompt is listed, completed and rendered', async (t) => {
  const { mary } = await start(t);
  const ref = { type: 'ref/prompt', name: 'plan_trip' };
  const completing = (name: string, value: string) =>
    mary('completion/complete', { ref, argument: { name, value } });

  const listed = await mary('prompts/list');
  const got = await mary('prompts/get', { name: 'plan_trip', arguments: { city: 'Oslo' } });
  const misfit = await mary('prompts/get', { name: 'plan_trip', arguments: { town: 'Oslo' } });
  const unknown = await mary('prompts/get', { name: 'nothing' });
  const completed = await completing('city', 'r');

  t.match(listed.result['prompts'], [
    { name: 'plan_trip', arguments: [{ name: 'city', required: true }, {}] },
  ]);
  t.match(got.result, { messages: [{ role: 'user', content: { text: /to Oslo/ } }] });
  t.match(misfit.error, { code: -32_602, data: { errors: [{ pointer: /^\/arguments/ }] } });
  t.equal(unknown.error?.code, -32_602);
  t.same(completed.result['completion'], { values: ['Rome'], total: 1, hasMore: false });
  t.equal((await completing('nothing', '')).error?.code, -32_602);
});

t.test('actions behind resources and prompts are not tools', async (t) => {
  const { mary } = await start(t);

  const { result } = await mary('tools/list');

  const toolNames = names(result['tools'], 'name');
  t.ok(toolNames.includes('book_trip'));
  t.notOk(toolNames.some((name) => name?.startsWith('trips__')));
});

import { cp, mkdir, mkdtemp, readFile, realpath, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { startForTest } from '@mcp-server/local/start-for-test';
import { waitFor } from '@mcp-server/testing';
import t from 'tap';

import { openAuthor } from './testing/author.ts';
import { runAsUser } from './testing/shell.ts';
import { readTranscript, runTranscript } from './testing/transcript.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const CONTRACT_1 = join(ROOT, 'packages/testing/contract-1');
const TARBALL = join(CONTRACT_1, 'plugin-sdk-1.0.0.tgz');
const ZOD = dirname(createRequire(import.meta.url).resolve('zod/package.json'));

/** A folder of the plugins of contract 1, each with the first SDK and a zod of its own installed. */
async function installContract1(dir: string): Promise<void> {
  for (const name of ['first-sdk', 'plain-js']) {
    const modules = join(dir, name, 'node_modules');
    const sdk = join(modules, '@mcp-server', 'plugin-sdk');
    await cp(join(CONTRACT_1, 'plugins', name), join(dir, name), { recursive: true });
    await mkdir(sdk, { recursive: true });
    await runAsUser(['tar', 'xzf', TARBALL, '--strip-components=1', '-C', sdk], { cwd: dir });
    await symlink(await realpath(ZOD), join(modules, 'zod'));
  }
}

// Outside the tree, so that its node_modules cannot be found.
const dir = await realpath(await mkdtemp(join(tmpdir(), 'plugins-test-')));
t.teardown(() => rm(dir, { recursive: true }));
const page = await readFile(join(ROOT, 'docs/plugins.md'), 'utf8');
const values = { '~/mcp-server': ROOT.slice(0, -1) };
const [creation = [], calls = []] = ['new plugin', 'call it'].map((name) => readTranscript(page, name));
const created = await runTranscript(creation.slice(0, -1), { cwd: dir, values });
// Without its plugins the product does not start, and nothing else can be tried.
if (created.problems.length > 0) throw new Error(created.problems.join('\n'));
await installContract1(dir);
const { url } = await startForTest(t, { PLUGINS_DIR: dir, FIRST_SDK_PLUGIN_CURRENCY: 'USD' });
const { send, execute, callTool } = await openAuthor(url);
await waitFor('the plugins', async () => {
  const { items } = (await send('/api/plugins')) as { items: { id: string }[] };
  return ['hello', 'first-sdk', 'plain-js'].every((id) => items.some((plugin) => plugin.id === id));
});

t.test(
  'the transcript in docs/plugins.md: a new plugin passes its own test, and the start is beside it',
  async (t) => {
    t.match(creation.at(-2), { command: 'cd ..' });
    t.match(creation.at(-1), { command: 'PLUGINS_DIR=$PWD npm --prefix ~/mcp-server start' });
    t.equal(created.cwd, dir);
  },
);

t.test('the transcript in docs/plugins.md: the new plugin answers over REST and MCP', async (t) => {
  const { problems } = await runTranscript(calls, {
    cwd: dir,
    values: { ...values, 'http://127.0.0.1:3000': url },
  });

  t.equal(calls.length, 3);
  t.same(problems, []);
});

t.test('a plugin with the first version of the SDK runs', async (t) => {
  const order = { order: '3 pears for 6 USD in attempt 1', attempt: 2 };

  t.match(await execute('first-sdk', 'order', { item: 'pears', count: 3 }), {
    status: 'completed',
    result: order,
  });
  t.match(await callTool('first-sdk__order', { item: 'pears', count: 3 }), {
    result: { structuredContent: order, content: [{ type: 'text', text: order.order }] },
  });
  t.match(await execute('first-sdk', 'order', { item: 'nothing' }), {
    status: 'failed',
    failure: { code: 'NOTHING' },
  });
  t.match(await execute('first-sdk', 'resource-price', { uri: 'first-sdk://prices/pears' }), {
    result: [{ text: 'pears: 2' }],
  });
  t.match(await execute('first-sdk', 'prompt-advertise', { item: 'pears' }), {
    result: [{ role: 'user', content: { text: 'Advertise pears.' } }],
  });
});

t.test('its questions are asked and answered', async (t) => {
  const asked = (await execute('first-sdk', 'ask', {})) as { executionId: string };

  t.match(asked, { status: 'input_required' });
  const answers = { 'input-1': { action: 'accept', content: { name: 'Ada' } } };
  await send(`/api/executions/${asked.executionId}/input`, { answers });
  t.match(await send(`/api/executions/${asked.executionId}?wait=30`), {
    status: 'completed',
    result: { name: 'Ada' },
  });
});

t.test('a plugin in plain JavaScript runs', async (t) => {
  t.match(await execute('plain-js', 'shout', { text: 'hello' }), {
    status: 'completed',
    result: { text: 'HELLO' },
  });
  t.match(await callTool('plain-js__shout', { text: 'hello' }), {
    result: { structuredContent: { text: 'HELLO' } },
  });
});

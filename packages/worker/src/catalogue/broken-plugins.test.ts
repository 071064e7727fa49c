import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { openFleet, openNamespace, startProcess, waitFor } from '@mcp-server/testing';
import t, { type Test } from 'tap';

import { BROKEN_PLUGINS, MARKER, pluginCode } from '../testing/test-broken-plugins.ts';

const MODULES = fileURLToPath(new URL('../../node_modules/', import.meta.url));
const MAX_END_MS = 10_000;

/** Writes plugin folders below a folder in which `zod` and the SDK are installed. */
function writePlugins(t: Test, plugins: readonly { folder: string; code: string }[]): string {
  const dir = t.testdir({ node_modules: { '@mcp-server': {} } });
  for (const name of ['zod', '@mcp-server/plugin-sdk'])
    symlinkSync(join(MODULES, name), join(dir, 'node_modules', name));
  for (const { folder, code } of plugins) {
    mkdirSync(join(dir, folder));
    writeFileSync(join(dir, folder, 'index.mjs'), code);
  }
  return dir;
}

const SECRETS = { THROWS_PLUGIN_TOKEN: MARKER };

t.test('a worker that must not lack a plugin ends with 78 and names each broken one', async (t) => {
  const { env } = await openNamespace(t);
  const dir = writePlugins(t, [...BROKEN_PLUGINS, { folder: 'good', code: pluginCode('good') }]);
  const before = performance.now();

  const starting = startProcess(t, 'worker', {
    ...env,
    ...SECRETS,
    PLUGINS_DIR: dir,
    PLUGIN_ERRORS: 'fail',
    PLUGIN_LOAD_MS: '500',
  });

  const error = (await t.rejects(starting)) as unknown as Error;
  t.ok(performance.now() - before < MAX_END_MS);
  t.match(error.message, /ended \(78\) before it was up/);
  for (const { folder, words } of BROKEN_PLUGINS)
    for (const word of words) t.ok(word.test(error.message), `${folder}: ${word}`);
  t.notMatch(error.message, MARKER);
  t.notMatch(error.message, /"good"/);
});

t.test('a worker goes on with the other plugins and reports the broken ones', async (t) => {
  const { startWorker, submit, reach, space } = await openFleet(t);
  const dir = writePlugins(t, [...BROKEN_PLUGINS, { folder: 'good', code: pluginCode('good') }]);

  const worker = await startWorker({ ...SECRETS, PLUGINS_DIR: dir, PLUGIN_LOAD_MS: '500' });

  await reach(await submit({ plugin: 'good', action: 'run', payload: '{}' }), 'completed');
  const output = worker.lines.join('\n').replaceAll('\\"', '"');
  for (const { folder, words } of BROKEN_PLUGINS)
    for (const word of words) t.ok(word.test(output), `${folder}: ${word}`);
  t.notMatch(output, MARKER);
  // `npm start` finds the lines by these fields.
  t.match(output, /"text":"Plugin [^\n]*"msg":"plugin cannot be used; the worker runs without it"/);
  const record = await waitFor('announced', () => space.models.WorkerModel.findOne().lean());
  t.equal(record.pluginErrors?.length, BROKEN_PLUGINS.length);
  t.match(
    record.pluginErrors?.find(({ plugin }) => plugin === 'b-void'),
    { problems: [/output: /] },
  );
  t.notMatch(JSON.stringify(record), MARKER);
  const { code } = await worker.end('SIGTERM');
  t.equal(code, 0);
});

t.test('a worker whose pools have no plugin left ends with 78', async (t) => {
  const { env } = await openNamespace(t);
  const dir = writePlugins(t, [{ folder: 'gpu', code: pluginCode('gpu', `pool: 'gpu', title: 5`) }]);

  const starting = startProcess(t, 'worker', { ...env, PLUGINS_DIR: dir, WORKER_POOLS: 'gpu' });

  const error = (await t.rejects(starting)) as unknown as Error;
  t.match(error.message, /ended \(78\)/);
  t.match(error.message, /no plugin .*left/);
  t.match(error.message, /"gpu".*title/);
});

import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setInterval as every } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

import { openFleet, waitFor } from '@mcp-server/testing';
import t, { type Test } from 'tap';

import { pluginCode } from '../testing/test-broken-plugins.ts';

const MODULES = fileURLToPath(new URL('../../node_modules/', import.meta.url));
/** Executions a second while a plugin is edited. */
const RATE = 50;

/** A folder of plugins in which `zod` and the SDK are installed. */
function openFolder(t: Test) {
  const dir = t.testdir({ node_modules: { '@mcp-server': {} } });
  for (const name of ['zod', '@mcp-server/plugin-sdk'])
    symlinkSync(join(MODULES, name), join(dir, 'node_modules', name));
  const write = (name: string, text: string) => {
    mkdirSync(dirname(join(dir, name)), { recursive: true });
    writeFileSync(join(dir, name), text);
  };
  return { dir, write };
}

/** A plugin that answers with what a module of its folder says. */
const shopCode = (gate: string, setting = '') => `import { existsSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { defineAction, definePlugin } from '@mcp-server/plugin-sdk';
import { z } from 'zod';
import { word } from './lib/word.mjs';
const about = { title: 'T', description: 'D', input: z.object({}), output: z.string() };
export default definePlugin({
  id: 'shop', version: '1.0.0', title: 'T', description: 'D',
  actions: {
    say: defineAction({ ...about, run: () => word }),
    wait: defineAction({ ...about, run: async () => {
      while (!existsSync(${JSON.stringify(gate)})) await delay(20);
      return word;
    } }),
  },
  ${setting}
});`;
const wordCode = (word: string) => `export const word = '${word}';`;

t.test('edits of plugins are loaded while the worker runs', async (t) => {
  const { startWorker, submit, reach, space } = await openFleet(t);
  const { dir, write } = openFolder(t);
  const gate = join(dir, 'gate');
  write('shop/index.mjs', shopCode(gate));
  write('shop/lib/word.mjs', wordCode('old'));
  const worker = await startWorker({ PLUGINS_DIR: dir, PLUGIN_LOAD_MS: '1500', PLUGINS_RELOAD_MS: '200' });
  const submitShop = (action: string) => submit({ plugin: 'shop', action, payload: '{}' });
  const say = async () => (await reach(await submitShop('say'), 'completed')).result;
  const readWorker = () => space.models.WorkerModel.findOne().lean();
  const says = (word: string) => waitFor(`the answer ${word}`, async () => (await say()) === `"${word}"`);

  await t.test('under load: nothing fails, and a run of the code before ends on it', async (t) => {
    const waiting = await submitShop('wait');
    await reach(waiting, 'running');
    const ids: string[] = [];
    let edited: number | undefined;
    let isNew = false;
    for await (const _ of every(1_000 / RATE)) {
      ids.push(await submitShop('say'));
      if (ids.length === RATE) {
        write('shop/lib/word.mjs', wordCode('new'));
        edited = performance.now();
        void says('new').then(() => {
          isNew = true;
          t.comment(`new code after ${Math.round(performance.now() - (edited ?? 0))} ms`);
        });
      }
      if (isNew) break;
    }

    const answers = new Set<string | undefined>();
    for (const id of ids) answers.add((await reach(id, 'completed')).result);
    t.ok(answers.has('"old"'));
    t.comment(`${ids.length} executions completed`);
    write('gate', '');
    t.equal((await reach(waiting, 'completed')).result, '"old"');
    t.equal(await say(), '"new"');
  });

  const brokenEdits: [what: string, code: string, problem: RegExp][] = [
    ['half a file', shopCode(gate).slice(0, -20), /cannot be loaded: /],
    ['an endless loop', 'for (;;);', /endless loop/],
    ['a rejection', `Promise.reject(new Error('never caught'));\n${shopCode(gate)}`, /never caught/],
    ['process.exit', `process.exit(3);`, /process\.exit\(3\)/],
    ['process.abort', `process.abort();`, /ended with SIGABRT/],
    ['an output that JSON Schema cannot express', pluginCode('shop', '', `output: z.date()`), /JSON Schema/],
    ['an id of another plugin', pluginCode('sample'), /id is already loaded/],
    [
      'a setting without a value',
      shopCode(gate, `settings: z.object({ token: z.string() }),`),
      /settings|TOKEN/,
    ],
  ];
  for (const [what, code, problem] of brokenEdits)
    await t.test(`a broken edit is reported and the code before stays: ${what}`, async (t) => {
      write('shop/index.mjs', code);

      const report = await waitFor('the report', async () =>
        (await readWorker())?.pluginErrors?.find(({ problems }) => problem.test(problems.join('\n'))),
      );
      t.match(report, { plugin: 'shop', running: 'shop@1.0.0' });
      t.equal(await say(), '"new"');
      t.match(worker.lines.join('\n'), /the worker goes on with the code before the edit/);
      t.notMatch(worker.lines.join('\n'), /"text":"[^\n]*mcp-server-plugins-/);

      write('shop/index.mjs', shopCode(gate));
      await waitFor('no report', async () => !(await readWorker())?.pluginErrors);
      t.equal(await say(), '"new"');
    });

  await t.test('a plugin that is added runs, and is gone when its folder is deleted', async (t) => {
    write('extra/index.mjs', pluginCode('extra'));
    await waitFor('it is announced', async () => (await readWorker())?.plugins.includes('extra@1.2.3'));
    await reach(await submit({ plugin: 'extra', action: 'run', payload: '{}' }), 'completed');
    t.ok(await waitFor('its record', () => space.models.PluginModel.exists({ id: 'extra' })));

    rmSync(join(dir, 'extra'), { recursive: true });
    await waitFor('it is gone', async () => !(await readWorker())?.plugins.includes('extra@1.2.3'));
    t.equal(await say(), '"new"');
  });

  await t.test('another version, and another id, take the place of the one before', async (t) => {
    write('shop/index.mjs', shopCode(gate).replace('1.0.0', '1.1.0'));
    await waitFor('its version', async () => (await readWorker())?.plugins.includes('shop@1.1.0'));
    t.ok(
      await waitFor('its record', () => space.models.PluginModel.exists({ id: 'shop', version: '1.1.0' })),
    );

    write('shop/index.mjs', shopCode(gate).replace(`id: 'shop'`, `id: 'store'`));
    const record = await waitFor('its id', async () => {
      const worker = await readWorker();
      return worker?.plugins.includes('store@1.0.0') && worker;
    });
    t.notOk(record.plugins.some((name) => name.startsWith('shop@')));
  });

  t.equal((await worker.end('SIGTERM')).code, 0);
});

t.test('a worker stops cleanly after as many reloads as it may do', async (t) => {
  const { startWorker, submit, reach } = await openFleet(t);
  const { dir, write } = openFolder(t);
  const gate = join(dir, 'gate');
  write('shop/index.mjs', shopCode(gate));
  write('shop/lib/word.mjs', wordCode('old'));
  const worker = await startWorker({
    PLUGINS_DIR: dir,
    PLUGINS_RELOAD_MS: '200',
    PLUGIN_RELOADS_MAX: '1',
  });
  const waiting = await submit({ plugin: 'shop', action: 'wait', payload: '{}' });
  await reach(waiting, 'running');

  write('shop/lib/word.mjs', wordCode('new'));
  await waitFor('the stop', () => worker.lines.some((line) => line.includes('PLUGIN_RELOADS_MAX')));
  write('gate', '');

  await waitFor('the exit', () => worker.child.exitCode !== null);
  t.equal(worker.child.exitCode, 0);
  t.equal((await reach(waiting, 'completed')).result, '"old"');
});

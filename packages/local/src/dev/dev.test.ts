import { once } from 'node:events';
import { mkdirSync, readFileSync, renameSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import tap from 'tap';

import { requestJson } from '../start/json-request.ts';
import { type MarkedStart, startMarked } from '../testing/start-marked.ts';
import { waitFor } from '../testing/test-processes.ts';

const PACKAGES = fileURLToPath(new URL('../../../', import.meta.url));
const API_MAIN = join(PACKAGES, 'api/src/main.ts');
/** A drain, a start and a busy machine. */
const RESTART_MS = 60_000;

const greetPlugin = (greeting: string) => `
import { defineAction, definePlugin } from '@mcp-server/plugin-sdk';
import { z } from 'zod';

export default definePlugin({
  id: 'greet',
  version: '1.0.0',
  title: 'Greet',
  description: 'Greets.',
  actions: {
    greet: defineAction({
      title: 'Greet',
      description: 'Greets.',
      input: z.object({}),
      output: z.object({ greeting: z.string() }),
      run: async () => ({ greeting: '${greeting}' }),
    }),
  },
});
`;

/** A folder with one plugin, which finds the SDK as an installed one would. */
function createPluginsDir(t: Pick<typeof tap, 'testdir'>): string {
  const dir = t.testdir({ plugins: { greet: { 'index.js': greetPlugin('hello') } }, node_modules: {} });
  mkdirSync(join(dir, 'node_modules/@mcp-server'));
  symlinkSync(join(PACKAGES, 'plugin-sdk'), join(dir, 'node_modules/@mcp-server/plugin-sdk'));
  symlinkSync(join(PACKAGES, 'plugin-sdk/node_modules/zod'), join(dir, 'node_modules/zod'));
  return join(dir, 'plugins');
}

async function logIn({ url, dataDir }: MarkedStart): Promise<string> {
  const { email, password } = JSON.parse(readFileSync(join(dataDir, 'demo-account.json'), 'utf8')) as {
    email: string;
    password: string;
  };
  const login = await requestJson(`${url}/api/auth/login`, { method: 'POST', body: { email, password } });
  return String(login['accessToken']);
}

tap.test('a change restarts what it concerns, and Ctrl-C leaves nothing behind', async (t) => {
  const pluginsDir = createPluginsDir(t);
  const dev = await startMarked(t, ['run', 'dev'], { PLUGINS_DIR: pluginsDir });
  const token = await logIn(dev);
  const isGreetedWith = async (greeting: string) => {
    let body: Record<string, unknown> = {};
    const isGreeted = async () => {
      body = await requestJson(`${dev.url}/mcp/execute`, {
        method: 'POST',
        token,
        body: { plugin: 'greet', action: 'greet', payload: {} },
      }).catch((error: Error) => ({ error: error.message }));
      return JSON.stringify(body).includes(`"greeting":"${greeting}"`);
    };
    await waitFor(isGreeted, () => `${JSON.stringify(body)}\n${dev.lines.join('\n')}`, RESTART_MS);
    return true;
  };
  const count = (text: string) => dev.lines.filter((line) => line.includes(text)).length;
  const plugin = join(pluginsDir, 'greet/index.js');
  t.ok(await isGreetedWith('hello'));

  await t.test('a plugin that is written in place', async (t) => {
    writeFileSync(plugin, greetPlugin('good morning'));
    t.ok(await isGreetedWith('good morning'));
  });

  await t.test('a plugin that cannot be loaded, and then can again', async (t) => {
    writeFileSync(plugin, 'export default {;');
    const isReported = () => count('worker does not start; waiting for a change') === 1;
    await waitFor(isReported, () => dev.lines.join('\n'), RESTART_MS);

    writeFileSync(`${plugin}~`, greetPlugin('good evening'));
    renameSync(`${plugin}~`, plugin);
    t.ok(await isGreetedWith('good evening'));
    t.equal(count('api listening'), 1, 'the API does not run plugins and stays up');
  });

  await t.test("the API's own code", async (t) => {
    utimesSync(API_MAIN, new Date(), new Date());
    await waitFor(
      () => count('api listening') === 2,
      () => dev.lines.join('\n'),
      RESTART_MS,
    );
    t.ok(await isGreetedWith('good evening'));
  });

  const exited = once(dev.child, 'exit');
  process.kill(-(dev.child.pid ?? 0), 'SIGINT');
  t.same(await dev.waitUntilGone(), []);
  await exited;
});

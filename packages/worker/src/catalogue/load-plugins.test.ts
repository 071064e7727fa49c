import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import t, { type Test } from 'tap';

import { loadPlugins } from './load-plugins.ts';

const MODULES = fileURLToPath(new URL('../../node_modules/', import.meta.url));

/** Writes files below a folder of this test, in which `zod` and the SDK are installed. */
function writeFiles(t: Test, files: Record<string, string>): string {
  const dir = t.testdir({ node_modules: { '@mcp-server': {} } });
  for (const name of ['zod', '@mcp-server/plugin-sdk'])
    symlinkSync(join(MODULES, name), join(dir, 'node_modules', name));
  for (const [name, text] of Object.entries(files)) {
    const file = join(dir, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  return dir;
}

const ABOUT = `version: '1.2.3', title: 'T', description: 'D'`;
/** A plugin without the SDK. */
const plain = (fields: string) => `
  import { z } from 'zod';
  const action = { title: 'T', description: 'D', input: z.object({}), output: z.object({}), run: () => ({}) };
  export default { id: 'hello', ${ABOUT}, actions: { greet: action }, ${fields} };`;
const LIMITS = { timeoutMs: 5_000 };
/** Loads a folder in which no plugin is broken; the error of the first broken one otherwise. */
async function load(dir: string | undefined, packages: string[] = []) {
  const { plugins, broken } = await loadPlugins({ dir, packages, ...LIMITS });
  for (const { error } of broken) throw error;
  return plugins;
}

t.test('a plugin of the same major contract version is loaded, of a newer minor version too', async (t) => {
  const made = `
    import { definePlugin } from '@mcp-server/plugin-sdk';
    const plugin = definePlugin({ id: 'made', ${ABOUT} });`;
  const dir = writeFiles(t, {
    'made/index.mjs': `${made} export default plugin;`,
    'newer/index.mjs': `${made} export default { ...plugin, id: 'newer', contractVersion: '1.99' };`,
    '.git/config': 'not a plugin',
  });

  const plugins = await load(dir);

  t.equal(plugins.get('made')?.contractVersion, '1.3');
  t.equal(plugins.get('newer')?.contractVersion, '1.99');
});

t.test('a plugin of another major contract version is refused with what to do', async (t) => {
  const dir = writeFiles(t, { 'hello/index.mjs': plain(`contractVersion: '2.1'`) });

  await t.rejects(load(dir), {
    name: 'PluginError',
    message:
      `Plugin "hello" 1.2.3 (${dir}/hello/index.mjs): was built for plugin contract 2.1, but this worker has contract 1.3. ` +
      'Build the plugin with @mcp-server/plugin-sdk@1, or run it on a worker with contract 2.',
  });
});

t.test('a contract version that cannot be read is refused', async (t) => {
  for (const [index, version] of [`'one'`, '1', `''`].entries()) {
    const dir = writeFiles(t, { [`v${index}/hello/index.mjs`]: plain(`contractVersion: ${version}`) });
    await t.rejects(
      load(join(dir, `v${index}`)),
      { message: /"hello" 1\.2\.3 .*is not "major\.minor"/ },
      version,
    );
  }
});

t.test('a plain object without a contract version is completed with defaults', async (t) => {
  const dir = writeFiles(t, {
    'hello/index.mjs': plain(
      `resources: [{ name: 'r', uri: 'x://r', isTemplate: false, title: 'T', description: 'D', action: 'greet' }]`,
    ),
  });

  t.match((await load(dir)).get('hello'), {
    contractVersion: '1.3',
    pool: 'default',
    actions: { greet: { timeoutMs: 60_000, retry: { attempts: 3 }, onCrash: 'rerun', isTool: true } },
    resources: [{ name: 'r' }],
    prompts: [],
  });
});

t.test('what is not a plugin is refused with the file and the field', async (t) => {
  const refusals: [string, RegExp][] = [
    ['export const plugin = 1;', /hello\/index\.mjs: has no default export/],
    [
      'export default { };',
      /hello\/index\.mjs has \d problems:\n {2}id: is missing\n {2}version: is missing/,
    ],
    [plain(`actions: { greet: { ...action, run: 1 } }`), /action "greet": run: must be a function/],
    [plain(`actions: { greet: { ...action, input: {} } }`), /action "greet": input: must be a zod schema/],
    [plain(`actions: { greet: null }`), /action "greet": must be an action/],
    [plain(`actions: { Greet: action }`), /name of an action: "Greet" must be lower-case/],
    [plain(`pool: 'Big Pool'`), /"hello" 1\.2\.3 .*: pool: "Big Pool" must be lower-case/],
    [plain(`resources: [1]`), /resources\.0: /],
    [`import 'no-such-package';`, /cannot be loaded: .*no-such-package/],
  ];
  for (const [index, [code, message]] of refusals.entries()) {
    const dir = writeFiles(t, { [`r${index}/hello/index.mjs`]: code });
    await t.rejects(load(join(dir, `r${index}`)), { name: 'PluginError', message }, code);
  }
});

t.test('npm packages are imported from the working directory, also those for import only', async (t) => {
  const pack = (name: string, manifest: object, file: string, code: string) => ({
    [`node_modules/${name}/package.json`]: JSON.stringify({ name, ...manifest }),
    [`node_modules/${name}/${file}`]: code,
  });
  const made = (id: string) => `import { definePlugin } from '@mcp-server/plugin-sdk';
    export default definePlugin({ id: '${id}', ${ABOUT} });`;
  const dir = writeFiles(t, {
    ...pack('esm-only', { type: 'module', exports: { import: './entry.js' } }, 'entry.js', made('esm-only')),
    ...pack(
      '@acme/old',
      { main: 'main.cjs' },
      'main.cjs',
      `module.exports = { id: 'old', ${ABOUT}, actions: {} };`,
    ),
    ...pack('closed', { exports: { './other': './x.js' } }, 'x.js', ''),
  });
  const before = process.cwd();
  process.chdir(dir);
  t.teardown(() => process.chdir(before));

  const plugins = await load(undefined, ['esm-only', '@acme/old']);

  t.ok(plugins.has('esm-only'));
  t.ok(plugins.has('old'));
  await t.rejects(load(undefined, ['absent']), {
    name: 'ConfigError',
    message: `PLUGINS: package "absent" is not installed in ${process.cwd()}; install it there.`,
  });
  await t.rejects(load(undefined, ['closed']), {
    name: 'ConfigError',
    message: /package "closed" cannot be imported/,
  });
});

import { cp, mkdtemp, readdir, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import t from 'tap';

import { runAsUser, runInTree, runPluginCommand } from './testing/shell.ts';

const PACKAGE = fileURLToPath(new URL('../', import.meta.url));
const ZOD = dirname(createRequire(import.meta.url).resolve('zod/package.json'));

// Outside the tree, so that its node_modules cannot be found.
const dir = await realpath(await mkdtemp(join(tmpdir(), 'sdk-test-')));
t.teardown(() => rm(dir, { recursive: true }));
await runPluginCommand(dir, 'new', 'hello');
const tarball = join(dir, 'hello', 'vendor', 'mcp-server-plugin-sdk.tgz');
await writeFile(join(dir, 'package.json'), '{"name":"consumer","private":true,"type":"module"}');
const run = (...command: string[]) => runAsUser(command, { cwd: dir });
// zod comes from our own dependencies, so that nothing comes from the network.
await cp(await realpath(ZOD), join(dir, 'zod'), { recursive: true });
const { stdout: zod } = await run('npm', 'pack', '--silent', '--ignore-scripts', './zod');
await run('npm', 'install', '--offline', '--no-audit', tarball, `./${zod.trim()}`);
const installed = join(dir, 'node_modules', '@mcp-server', 'plugin-sdk');

t.test('the tarball holds what it should, and is small', async (t) => {
  const { stdout } = await run('tar', '--list', '--file', tarball);
  const files = stdout.trim().split('\n');

  t.same(files.filter((file) => !file.startsWith('package/dist/')).toSorted(), [
    'package/LICENSE',
    'package/README.md',
    'package/package.json',
  ]);
  t.same(
    files.filter((file) => /\.test\.|demo-plugin|tsbuildinfo|\/src\//.test(file)),
    [],
  );
  t.ok((await readFile(tarball)).length < 100_000);
});

t.test('zod is the only package that comes with it', async (t) => {
  const { stdout } = await run('npm', 'ls', '--all', '--parseable', '--omit=dev');
  const { stdout: tree } = await run('npm', 'ls', '--all');

  t.same(
    stdout
      .trim()
      .split('\n')
      .map((path) => path.replace(dir, ''))
      .toSorted(),
    ['', '/node_modules/@mcp-server/plugin-sdk', '/node_modules/zod'],
  );
  t.match(tree, /plugin-sdk@1\.\d+\.\d+\n.*zod@4/);
});

t.test('it imports nothing else, and cannot reach mongoose or BullMQ', async (t) => {
  const names = await readdir(join(installed, 'dist'), { recursive: true });
  const imported = new Set<string>();
  for (const name of names.filter((file) => file.endsWith('.js') || file.endsWith('.d.ts'))) {
    const code = await readFile(join(installed, 'dist', name), 'utf8');
    for (const [, specifier = ''] of code.matchAll(/(?:from|import) ?\(?'([^']+)'/g))
      if (!specifier.startsWith('.')) imported.add(specifier);
  }
  const require = createRequire(join(installed, 'dist', 'index.js'));

  t.same([...imported], ['zod']);
  for (const name of ['mongoose', 'bullmq', '@mcp-server/shared'])
    t.throws(() => require.resolve(name), { code: 'MODULE_NOT_FOUND' }, name);
});

const CONSUMER = `
  import { contractVersion, defineAction, definePlugin } from '@mcp-server/plugin-sdk';
  import { RetryPolicy } from '@mcp-server/plugin-sdk/schemas';
  import { runAttempt } from '@mcp-server/plugin-sdk/attempt';
  import { runAction } from '@mcp-server/plugin-sdk/testing';
  import { z } from 'zod';
  const about = { title: 'T', description: 'D' };
  const double = defineAction({ ...about, input: z.object({ n: z.number() }), output: z.number(), run: ({ n }) => n * 2 });
  const plugin = definePlugin({ ...about, id: 'demo', version: '1.0.0', actions: { double } });
  const { result } = await runAction(plugin, 'double', { n: 21 });
  console.log(JSON.stringify([contractVersion, result, typeof runAttempt, RetryPolicy.parse({}).attempts]));`;

t.test('every entry imports, with and without the condition of this tree', async (t) => {
  await writeFile(join(dir, 'consumer.js'), CONSUMER);

  for (const conditions of [[], ['--conditions=@mcp-server/source']]) {
    const { stdout } = await run(process.execPath, ...conditions, 'consumer.js');
    t.same(JSON.parse(stdout), ['1.3', 42, 'function', 3]);
  }
});

t.test('its types are those of its author', async (t) => {
  const options = ['--strict', '--noEmit', '--module', 'nodenext', '--target', 'es2024', '--types', ''];
  const compile = async (code: string) => {
    await writeFile(join(dir, 'consumer.ts'), `${code}\nexport {};`);
    const check = runInTree(['tsc', ...options, '--lib', 'es2024,dom', 'consumer.ts'], { cwd: dir });
    return check.then(
      () => '',
      ({ stdout }: { stdout: string }) => stdout,
    );
  };

  t.equal(await compile(CONSUMER), '');
  t.match(
    await compile(CONSUMER.replace('n * 2', 'String(n)')),
    /'string' is not assignable to type 'number/,
  );
});

t.test('publint and "are the types wrong" have nothing to say', async (t) => {
  const checked = runInTree(['pnpm', 'run', 'check:tarball'], {
    cwd: PACKAGE,
    env: { TARBALL: tarball },
  });

  await t.resolves(checked);
});

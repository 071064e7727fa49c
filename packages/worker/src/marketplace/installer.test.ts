import { access, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { startRegistry } from '@mcp-server/testing';
import t from 'tap';

import { checkLock } from './check-lock.ts';
import { runInstaller } from './installer.ts';
import { PackageFolders } from './package-folders.ts';

const LIMITS = { timeoutMs: 30_000, signal: new AbortController().signal };

async function setUp(t: Parameters<typeof startRegistry>[0]) {
  const registry = await startRegistry(t);
  const root = await mkdtemp(join(tmpdir(), 'marketplace-'));
  t.teardown(() => rm(root, { recursive: true }));
  const folders = new PackageFolders(root);
  const run = (kind: 'resolve' | 'reify', folder: string, spec: string, lock?: string) =>
    runInstaller({ kind, folder, spec, registry: registry.url, lock }, { root, ...LIMITS });
  const resolve = (spec: string) => folders.withTemporary((folder) => run('resolve', folder, spec));
  return { registry, root, folders, run, resolve };
}

t.test(
  'a package is resolved once, and installed with what it depends on, without running its scripts',
  async (t) => {
    const { registry, root, folders, run, resolve } = await setUp(t);
    const mark = join(root, 'mark');
    const script = `node -e "require('fs').writeFileSync('${mark}', '')"`;
    await registry.publish({ name: 'dep', version: '1.0.0' }, { 'index.js': 'export default 1;' });
    await registry.publish(
      {
        name: '@acme/tool',
        version: '1.0.0',
        dependencies: { dep: '^1.0.0' },
        scripts: { preinstall: script, install: script, postinstall: script, prepare: script },
      },
      { 'index.js': "import 'dep';" },
    );

    const lock = await resolve('@acme/tool@1.0.0');
    checkLock(lock, { name: '@acme/tool', version: '1.0.0' });
    await registry.publish({ name: 'dep', version: '1.1.0' }, {});
    const folder = PackageFolders.nameOf('@acme/tool', lock);
    await folders.withTemporary(async (path) => {
      await run('reify', path, '@acme/tool@1.0.0', lock);
      await folders.publish(path, folder);
    });

    const installed = folders.pathOf(folder);
    const dep = await readFile(join(installed, 'node_modules/dep/package.json'), 'utf8');
    t.match(JSON.parse(dep), { version: '1.0.0' }, 'the version of the lockfile, not the newest');
    await access(join(installed, 'node_modules/@acme/tool/index.js'));
    await t.rejects(access(mark), 'no script ran');
    t.same(await readdir(root), [folder], 'nothing else is left');
  },
);

t.test('a tampered tarball is refused, and nothing of it is kept', async (t) => {
  const { registry, root, folders, run, resolve } = await setUp(t);
  await registry.publish({ name: 'tool', version: '1.0.0' }, { 'index.js': '' });
  const lock = await resolve('tool@1.0.0');
  registry.tamper('tool', '1.0.0');

  const install = folders.withTemporary((path) => run('reify', path, 'tool@1.0.0', lock));

  await t.rejects(install, { name: 'InstallError', message: /EINTEGRITY/, isFinal: false });
  t.same(await readdir(root), []);
});

t.test('what does not come from the registry is refused', async (t) => {
  const { registry, resolve } = await setUp(t);
  const elsewhere = {
    git: 'git+ssh://git@example.invalid/a.git',
    remote: `${registry.url}a/-/a-1.0.0.tgz`,
    file: 'file:../../secret',
  };

  for (const [kind, dep] of Object.entries(elsewhere)) {
    await registry.publish({ name: kind, version: '1.0.0', dependencies: { dep } }, {});
    await t.rejects(resolve(`${kind}@1.0.0`), { name: 'InstallError', isFinal: true }, kind);
  }
  await t.rejects(resolve('missing@1.0.0'), { message: /E404/, isFinal: true });
  registry.fault = (response) => void response.writeHead(500).end();
  await t.rejects(
    resolve('git@1.0.0'),
    { name: 'InstallError', isFinal: false },
    'a fault of the registry passes',
  );
});

t.test('a lockfile with a way out of its folder, a link or without a checksum is refused', async (t) => {
  const entry = { version: '1.0.0', resolved: 'http://registry.invalid/a.tgz', integrity: 'sha512-AAAA' };
  const check = (packages: object) => () =>
    checkLock(JSON.stringify({ lockfileVersion: 3, packages }), { name: 'a', version: '1.0.0' });

  t.doesNotThrow(check({ '': {}, 'node_modules/a': entry }));
  for (const [name, packages] of Object.entries({
    'another version': { 'node_modules/a': { ...entry, version: '2.0.0' } },
    'no checksum': { 'node_modules/a': { ...entry, integrity: undefined } },
    'a weak checksum': { 'node_modules/a': { ...entry, integrity: 'sha1-AAAA' } },
    'a link': { 'node_modules/a': { ...entry, link: true } },
    'a file': { 'node_modules/a': { ...entry, resolved: 'file:../a' } },
    'a way out': { 'node_modules/a': entry, 'node_modules/../../b': entry },
    'an absolute path': { 'node_modules/a': entry, '/etc/b': entry },
  }))
    t.throws(check(packages), { name: 'InstallError', isFinal: true }, name);
});

t.test('an installer that takes too long is ended, and the folder is deleted', async (t) => {
  const { registry, root, folders } = await setUp(t);
  registry.fault = () => undefined;

  const late = folders.withTemporary((folder) =>
    runInstaller(
      { kind: 'resolve', folder, spec: 'tool@1.0.0', registry: registry.url, lock: undefined },
      { root, timeoutMs: 1_500, signal: new AbortController().signal },
    ),
  );

  await t.rejects(late, { message: /was not done within 1.5 s/, isFinal: false });
  t.same(await readdir(root), []);
});

import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import t from 'tap';

import { waitFor } from '../testing/test-processes.ts';
import { type CodeListener, watchCode } from './watch-code.ts';

/** Collects changed paths. */
const listenerOf = (paths: string[]): CodeListener => ({
  onChange: (path) => paths.push(path),
  onError: (error) => {
    throw error;
  },
});

/** Changes until one is reported: the watcher needs a moment before it sees the first one. */
async function whenReported(paths: string[], change: (n: number) => void): Promise<string | undefined> {
  const before = paths.length;
  let n = 0;
  await waitFor(
    () => {
      if (n % 20 === 0) change(n);
      n += 1;
      return paths.length > before;
    },
    () => 'no change was reported',
  );
  return paths.at(-1);
}

t.test('writes, renames over a file, new folders and deletions are reported', async (t) => {
  const root = t.testdir({ plugin: { 'index.js': '1' } });
  const file = join(root, 'plugin/index.js');
  const paths: string[] = [];
  t.teardown(watchCode(root, listenerOf(paths)));

  t.equal(await whenReported(paths, (n) => writeFileSync(file, String(n))), file);
  const replace = (n: number) => {
    writeFileSync(join(root, '.tmp'), String(n));
    renameSync(join(root, '.tmp'), file);
  };
  t.equal(await whenReported(paths, replace), file);
  t.equal(await whenReported(paths, replace), file, 'a second time');
  await whenReported(paths, (n) => {
    mkdirSync(join(root, `new-${n}`));
    writeFileSync(join(root, `new-${n}/index.js`), '1');
  });
  t.match(paths.at(-1), /new-/);
  t.equal(await whenReported(paths, () => rmSync(file, { force: true })), file);
});

t.test('tests, installed packages and hidden files are not reported', async (t) => {
  const root = t.testdir({ node_modules: { x: { 'index.js': '1' } }, testing: { 'a.ts': '1' }, 'a.ts': '1' });
  const paths: string[] = [];
  t.teardown(watchCode(root, listenerOf(paths)));
  await whenReported(paths, (n) => writeFileSync(join(root, 'a.ts'), String(n)));
  paths.length = 0;

  for (const name of ['node_modules/x/index.js', 'testing/a.ts', 'a.test.ts', '.env', 'a.ts~'])
    writeFileSync(join(root, name), '2');
  const last = await whenReported(paths, (n) => writeFileSync(join(root, 'b.ts'), String(n)));

  t.equal(last, join(root, 'b.ts'));
  t.same([...new Set(paths)], [join(root, 'b.ts')]);
});

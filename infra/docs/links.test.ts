import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import t from 'tap';

import { anchorsOf, brokenLinks, namedFiles } from './links.ts';

/** Files that operators add. */
const FOREIGN = new Set(['infra/nginx/tls/tls.conf']);
const ROOT = fileURLToPath(new URL('../../', import.meta.url));

function listPages(): string[] {
  const args = ['ls-files', '--cached', '--others', '--exclude-standard', '--deduplicate', '*.md'];
  return execFileSync('git', args, { cwd: ROOT, encoding: 'utf8' }).trim().split('\n');
}

t.test('every relative link and anchor of every page resolves', async (t) => {
  const broken = listPages().flatMap((path) => brokenLinks(ROOT, path));

  t.strictSame(broken, []);
});

t.test('every file, folder and test that a page names exists', async (t) => {
  const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  const missing = listPages()
    .filter((path) => path !== 'CHANGELOG.md')
    .flatMap((path) =>
      namedFiles(readFileSync(ROOT + path, 'utf8'))
        .filter((name) => !FOREIGN.has(name) && !files.includes(name))
        .map((name) => `${path}: ${name}`),
    );

  t.strictSame(missing, []);
});

t.test('the README links every page of docs/', async (t) => {
  const readme = readFileSync(`${ROOT}README.md`, 'utf8');
  const pages = listPages().filter(
    (path) => /^docs\/[^/]+\.md$|^[A-Z]+\.md$/.test(path) && path !== 'README.md',
  );

  t.strictSame(
    pages.filter((path) => !readme.includes(`(${path})`) && !readme.includes(`(${path}#`)),
    [],
  );
});

t.test('a missing file and a missing heading are found, code and other sites are not', async (t) => {
  const root = t.testdir({
    'a.md':
      '# A page\n[x](b.md) [y](b.md#the-end) [z](#a-page)\n`[code](no.md)`\n[web](https://example.org/no)\n',
    'b.md': '## The end\n\n```md\n[fenced](no.md)\n```\n[gone](c.md) [no heading](a.md#b-page)\n',
  });

  t.strictSame(brokenLinks(root, 'a.md'), []);
  t.strictSame(brokenLinks(root, 'b.md'), ['b.md: c.md', 'b.md: a.md#b-page']);
  t.strictSame(anchorsOf('# `a_b`: What?\n# X\n# X\n'), ['a_b-what', 'x', 'x-1']);
});

import { execFileSync, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import t from 'tap';

import { checkProse } from './check-prose.ts';
import { RULES } from './rules.ts';

const MAIN = join(import.meta.dirname, 'main.ts');
const hitsOf = (path: string, source: string) =>
  checkProse(path, source).map(({ line, rule }) => `${line} ${rule}`);

t.test('each rule finds its example in a comment, a string, a page and a settings file', async (t) => {
  for (const { name, example } of RULES) {
    t.ok(hitsOf('a.ts', `\n/** ${example} */\nconst a = 1;\n`).includes(`2 ${name}`), `comment: ${example}`);
    t.ok(hitsOf('a.ts', `// x\n\n// ${example}\n`).includes(`3 ${name}`), `line comment: ${example}`);
    t.ok(hitsOf('a.ts', `const a = "${example}";\n`).includes(`1 ${name}`), `string: ${example}`);
    t.ok(hitsOf('a.md', `# Title\n\n${example}\n`).includes(`3 ${name}`), `page: ${example}`);
    t.ok(hitsOf('a.yml', `a: 1\nb: 2 # ${example}\n`).includes(`2 ${name}`), `settings: ${example}`);
  }
});

t.test('a sentence that wraps is found on the line where it starts', async (t) => {
  const page = hitsOf('a.md', 'It waits until it\ncomes\nagain.\n');
  const comment = hitsOf('a.ts', '/**\n * It waits until it comes\n * again.\n */\n');
  const lines = hitsOf('a.ts', 'f(); // x\n// It waits until it comes\n// again.\n');
  const template = hitsOf('a.ts', 'log(`the plugin ${id} was never seen`);\n');

  t.strictSame(page, ['2 comes again']);
  t.strictSame(comment, ['2 comes again']);
  t.strictSame(lines, ['2 comes again']);
  t.strictSame(template, ['1 never seen']);
});

t.test('identifiers, code, keys and plain English are left alone', async (t) => {
  const code = 'const nobody = { meanwhile: 1 };\nthrow new Error(`${nobody.meanwhile} left`);\n';
  const page = 'Run `nobody` and read [this](anew.md).\n\n```sh\necho nobody\n```\n\nThere is no queue.\n';

  t.strictSame(hitsOf('a.ts', code), []);
  t.strictSame(hitsOf('a.ts', "const key = 'put off';\n"), []);
  t.strictSame(hitsOf('a.ts', '// What if the queue is full?\n'), []);
  t.strictSame(hitsOf('a.md', page), []);
});

t.test('the command fails on a hit and names its place', async (t) => {
  const directory = t.testdir({});
  const run = () => spawnSync(process.execPath, [MAIN], { cwd: directory, encoding: 'utf8' });
  execFileSync('git', ['init', '--quiet', directory]);
  writeFileSync(join(directory, 'plain.ts'), '// Retried after a crash.\n');
  const clean = run();

  writeFileSync(join(directory, 'odd.ts'), '\n// Nobody asks.\n');
  const dirty = run();

  t.equal(clean.status, 0);
  t.equal(dirty.status, 1);
  t.match(dirty.stdout, /^odd\.ts:2: "Nobody" \(indefinite person\)/m);
});

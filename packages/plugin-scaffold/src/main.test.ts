import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

import t from 'tap';

import { runPluginCommand } from './testing/shell.ts';

const ROOT = resolve(import.meta.dirname, '../../..');

interface Ended {
  code?: number;
  stdout: string;
  stderr: string;
}

const plugin = (folder: string, ...args: string[]): Promise<Ended> =>
  runPluginCommand(folder, ...args).catch((ended: Ended) => ended);

t.test('a new plugin has its id in every file and the SDK beside it', async (t) => {
  const folder = t.testdir({});

  const { code, stdout, stderr } = await plugin(folder, 'new', 'my-plugin');

  t.equal(code, undefined, stderr);
  t.match(stdout, `PLUGINS_DIR=${folder} npm --prefix ${ROOT} start`);
  const read = (name: string) => readFileSync(join(folder, 'my-plugin', name), 'utf8');
  t.match(read('index.ts'), `id: 'my-plugin'`);
  t.match(JSON.parse(read('package.json')), { name: 'my-plugin' });
  for (const name of ['README.md', 'index.ts', 'package.json', 'greet.ts', 'index.test.ts'])
    t.notMatch(read(name), 'plugin-id', name);
  t.same(readdirSync(join(folder, 'my-plugin')).toSorted(), [
    '.gitignore',
    'README.md',
    'greet.ts',
    'index.test.ts',
    'index.ts',
    'package.json',
    'tsconfig.json',
    'vendor',
  ]);
});

t.test('a mistake is explained, and nothing is written', async (t) => {
  const folder = t.testdir({});
  mkdirSync(join(folder, 'taken'));
  const mistakes: [string[], string | RegExp][] = [
    [[], 'Usage: npm run plugin -- new <id>\n'],
    [['make', 'hello'], 'Usage: npm run plugin -- new <id>\n'],
    [['new', 'hello', 'world'], 'Usage: npm run plugin -- new <id>\n'],
    [['new'], 'The id of the plugin is missing.\nUsage: npm run plugin -- new <id>\n'],
    [
      ['new', 'My Plugin'],
      'The id "My Plugin" is not valid: must be lower-case letters, digits and single dashes.\n',
    ],
    [['new', '../up'], /The id "\.\.\/up" is not valid/],
    [['new', 'sample'], 'The id "sample" belongs to a built-in plugin; choose another one.\n'],
    [['new', 'taken'], `${join(folder, 'taken')} exists already; choose another id or remove it.\n`],
  ];
  for (const [args, message] of mistakes) {
    const ended = await plugin(folder, ...args);
    t.match(ended, { code: 1, stdout: '', stderr: message }, args.join(' '));
  }
  t.same(readdirSync(folder), ['taken']);
});

import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import t from 'tap';

import { USAGE } from './arguments.ts';

const run = (...args: string[]) =>
  spawnSync(process.execPath, [join(import.meta.dirname, 'main.ts'), ...args], { encoding: 'utf8' });

t.test('prints its usage and its version', async (t) => {
  const { version } = JSON.parse(readFileSync(join(import.meta.dirname, '../package.json'), 'utf8')) as {
    version: string;
  };

  t.match(run('--help'), { status: 0, stdout: USAGE, stderr: '' });
  t.match(run('--version'), { status: 0, stdout: `${version}\n`, stderr: '' });
});

t.test('a wrong option exits with 64 and shows the usage', async (t) => {
  const { status, stdout, stderr } = run('--port', 'x');

  t.equal(status, 64);
  t.equal(stdout, '');
  t.match(stderr, '--port must be an integer from 0 to 65535, not "x"');
  t.match(stderr, 'Usage: documentdb-gateway');
});

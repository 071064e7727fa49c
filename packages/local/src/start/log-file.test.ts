import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';

import t from 'tap';

import { openLogFile } from './log-file.ts';

t.test('a full disk, and a file that cannot be opened, cost one line each', async (t) => {
  const dir = t.testdir({});
  symlinkSync('/dev/full', join(dir, 'api.log'));
  mkdirSync(join(dir, 'worker.log'));

  for (const [name, code] of [
    ['api', 'ENOSPC'],
    ['worker', 'EISDIR'],
  ] as const) {
    const said: string[] = [];
    const write = openLogFile(dir, name, (line) => said.push(line));
    write('one');
    write('two');

    t.equal(said.length, 1);
    t.match(said[0], `${name}.log cannot be written (${code})`);
  }
});

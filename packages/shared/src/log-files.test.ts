import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

import t from 'tap';

import { openLog } from './log-files.ts';

t.test('lines go into a file per day, redacted as everywhere', async (t) => {
  const dir = join(t.testdir({}), 'logs', 'deep');
  const log = await openLog({ name: 'api', level: 'info', dir, keepFiles: 3 });
  log.logger.info({ requestId: 'one', password: 'hunter2' }, 'request answered');
  log.logger.debug('not asked for');
  await log.close();

  const files = await readdir(dir);
  t.equal(files.length, 1);
  t.match(files[0], /^api\.\d{4}-\d\d-\d\d\.1\.log$/);
  const lines = (await readFile(join(dir, files[0] ?? ''), 'utf8')).trim().split('\n');
  t.equal(lines.length, 1);
  t.match(JSON.parse(lines[0] ?? ''), { requestId: 'one', password: '[redacted]', msg: 'request answered' });
});

t.test('without a folder there are no files, and closing does nothing', async (t) => {
  const log = await openLog({ name: 'api', level: 'silent', dir: undefined, keepFiles: 3 });
  log.logger.info('nothing');

  await t.resolves(log.close());
});

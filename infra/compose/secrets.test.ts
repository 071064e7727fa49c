import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import t from 'tap';

const SCRIPT = fileURLToPath(new URL('../../scripts/secrets.mjs', import.meta.url));

t.test('a written .env is readable by its owner only and never overwritten', async (t) => {
  const cwd = mkdtempSync(join(tmpdir(), 'secrets-test-'));
  t.teardown(() => rmSync(cwd, { recursive: true }));
  const write = () => spawnSync(process.execPath, [SCRIPT, '--write'], { cwd, encoding: 'utf8' });

  const first = write();
  const text = readFileSync(join(cwd, '.env'), 'utf8');
  const second = write();

  t.equal(first.status, 0);
  t.equal(first.stdout, '', 'secrets are not printed');
  t.equal(statSync(join(cwd, '.env')).mode & 0o777, 0o600);
  t.equal(second.status, 1);
  t.match(second.stderr, 'nothing was written');
  t.equal(readFileSync(join(cwd, '.env'), 'utf8'), text);
});

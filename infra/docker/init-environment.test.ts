import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { waitFor } from '@mcp-server/testing';
import t from 'tap';

import { asUser } from './unprivileged.ts';

const USER_ID = 1_000;
const DOCKERFILE = readFileSync(new URL('Dockerfile', import.meta.url), 'utf8');
const isRoot = process.getuid?.() === 0;

t.test('the init process of the images is a program that its user cannot read', async (t) => {
  const [, init = ''] = /^ENTRYPOINT \["([^"]+)"/m.exec(DOCKERFILE) ?? [];

  t.ok(DOCKERFILE.includes(`chmod 0711 ${init} `), init);
});

t.test('Linux hides the environment of such a program from processes of the same user', async (t) => {
  const dir = mkdtempSync(join(tmpdir(), 'init-test-'));
  chmodSync(dir, 0o755);
  t.teardown(() => rmSync(dir, { recursive: true }));
  /** Environment of a copy of `cat` with this mode, as another process of its user reads it. */
  const readEnvironment = async (mode: number): Promise<string> => {
    const path = join(dir, `init-${mode}`);
    copyFileSync('/bin/cat', path);
    chmodSync(path, mode);
    // By a shell of that user: `setpriv` itself has the capabilities of root until it runs a program, a container has none.
    const [file = '', ...args] = asUser(USER_ID, ['sh', '-c', 'exec "$0"', path]);
    const child = spawn(file, args, { env: { ...process.env, MARKER: 'of-the-container' } });
    const closed = once(child, 'close');
    await waitFor('the program', async () =>
      readFileSync(`/proc/${child.pid}/comm`, 'utf8').startsWith('init-'),
    );
    const [reader = '', ...rest] = asUser(USER_ID, ['cat', `/proc/${child.pid}/environ`]);
    const { stdout } = spawnSync(reader, rest, { encoding: 'utf8' });
    child.stdin.end();
    await closed;
    return stdout;
  };

  t.match(await readEnvironment(0o755), 'MARKER=of-the-container', 'without it the test would see it');
  t.notMatch(await readEnvironment(isRoot ? 0o711 : 0o111), 'of-the-container');
});

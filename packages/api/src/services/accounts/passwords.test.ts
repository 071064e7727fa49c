import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { getPriority } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

import { waitFor } from '@mcp-server/testing';
import t, { type Test } from 'tap';

import { PasswordProcess } from './password-process.ts';
import { buildPasswords } from './passwords.ts';

function openPasswords(t: Test) {
  const child = new PasswordProcess();
  const passwords = buildPasswords({ lowestScore: 1, child });
  t.teardown(() => passwords.close());
  return { child, passwords };
}

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

t.test('beyond its queue it refuses at once and says when to retry', async (t) => {
  const { passwords } = openPasswords(t);

  const outcomes = await Promise.allSettled(
    Array.from({ length: 40 }, () => passwords.verify('x', undefined)),
  );

  const refused = outcomes.filter((outcome) => outcome.status === 'rejected');
  t.equal(refused.length, 7);
  for (const { reason } of refused) t.match(reason, { code: 'BUSY', retryAfterSeconds: 1 });
  t.equal(await passwords.verify('x', undefined), false, 'there is room again');
});

t.test(
  'a hash is as costly as OWASP asks, matches its password, and is made below our priority',
  async (t) => {
    const { passwords, child } = openPasswords(t);

    const hash = await passwords.hash('correct horse battery staple');

    t.match(hash, /^\$2b\$10\$/);
    t.equal(await passwords.verify('correct horse battery staple', hash), true);
    t.equal(await passwords.verify('correct horse battery stable', hash), false);
    t.ok(getPriority(child.pid) > getPriority(), 'it yields to requests');
  },
);

t.test('a password that is easy to guess, and one that bcrypt would cut off', async (t) => {
  const { passwords } = openPasswords(t);

  await t.rejects(passwords.hash('password'), {
    code: 'WEAK_PASSWORD',
    pointers: [
      { pointer: '/password', detail: 'This is one of the ten most common passwords.' },
      { pointer: '/password', detail: 'Add more words that are less common.' },
    ],
  });
  const hash = await passwords.hash('x1'.repeat(36));
  t.equal(await passwords.verify(`${'x1'.repeat(36)} and more`, hash), false);
});

t.test('a process that dies fails its own work alone, and the next one starts another', async (t) => {
  const { passwords, child } = openPasswords(t);
  await passwords.verify('x', undefined);
  const { pid = 0 } = child;

  const struck = passwords.verify('x', undefined);
  const next = passwords.verify('x', undefined);
  process.kill(pid, 'SIGKILL');

  await t.rejects(struck, { code: 'BUSY', retryAfterSeconds: 1 });
  t.equal(await next, false);
  t.not(child.pid, pid);
});

t.test('it ends with the API, even with one that was killed', async (t) => {
  const entry = new URL('passwords.ts', import.meta.url).href;
  const processEntry = new URL('password-process.ts', import.meta.url).href;
  const script = `
    import { buildPasswords } from '${entry}';
    import { PasswordProcess } from '${processEntry}';
    const child = new PasswordProcess();
    await buildPasswords({ lowestScore: 1, child }).verify('x', undefined);
    console.log(child.pid);
    setInterval(() => {}, 1_000);`;
  const file = join(t.testdir({ 'api.mjs': script }), 'api.mjs');
  const api = spawn(process.execPath, ['--conditions=@mcp-server/source', file], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(createInterface({ input: api.stdout }), 'line')) as [string];
  const pid = Number(line);

  t.equal(isAlive(pid), true);
  api.kill('SIGKILL');

  await waitFor('the password process to end', () => !isAlive(pid));
});

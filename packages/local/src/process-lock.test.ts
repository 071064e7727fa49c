import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import t from 'tap';

import { lock, tryLock, type ProcessLock } from './process-lock.ts';

const MODULE = new URL('./process-lock.ts', import.meta.url).href;

function take(path: string): ProcessLock {
  const result = tryLock(path);
  if (typeof result === 'number') throw new Error(`held by ${result}`);
  return result;
}

t.test('names the living holder', async (t) => {
  const path = join(t.testdir(), 'a.lock');
  const held = take(path);

  t.equal(tryLock(path), process.pid);

  held.release();
  take(path).release();
  t.same(readdirSync(join(path, '..')), []);
});

t.test('takes over the lock of a killed process', async (t) => {
  const path = join(t.testdir(), 'a.lock');
  const script = `import { tryLock } from '${MODULE}'; tryLock('${path}'); console.log('held'); setInterval(() => {}, 1000);`;
  const holder = spawn(process.execPath, ['--input-type=module', '-e', script]);
  await once(holder.stdout, 'data');
  t.equal(tryLock(path), holder.pid);

  holder.kill('SIGKILL');
  await once(holder, 'exit');

  take(path).release();
});

t.test('takes over a lock whose process id belongs to a later process, and a broken lock file', async (t) => {
  const path = join(t.testdir(), 'a.lock');

  writeFileSync(path, JSON.stringify({ pid: process.pid, startTime: 'another' }));
  take(path).release();
  writeFileSync(path, 'garbage');
  take(path).release();

  t.pass();
});

t.test('waits for the holder, and says so once', async (t) => {
  const path = join(t.testdir(), 'a.lock');
  const first = take(path);
  const waits: number[] = [];

  const second = lock(path, (pid) => {
    waits.push(pid);
    first.release();
  });

  (await second).release();
  t.same(waits, [process.pid]);
});

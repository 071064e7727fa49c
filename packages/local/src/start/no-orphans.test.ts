import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

import tap from 'tap';

import { findFreePort } from '../free-port.ts';

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));
/** A drain, the stop of the databases, and a busy machine. */
const GONE_WITHIN_MS = 30_000;

interface Started {
  child: ChildProcess;
  /** Every process of this start, by the mark that all of them inherit. */
  findProcesses(): Promise<number[]>;
}

/** `npm start` with services of its own. */
async function startProduct(t: Pick<typeof tap, 'testdir' | 'teardown'>): Promise<Started> {
  const mark = `START_MARK=${randomBytes(8).toString('hex')}`;
  const [name = '', value = ''] = mark.split('=');
  const child = spawn('npm', ['start'], {
    cwd: ROOT,
    env: {
      ...process.env,
      [name]: value,
      MONGODB_URI: '',
      REDIS_URL: '',
      PORT: String(await findFreePort()),
      DATA_DIR: t.testdir({}),
    },
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  });
  const findProcesses = () => findMarked(mark);
  t.teardown(async () => {
    for (const pid of await findProcesses()) process.kill(pid, 'SIGKILL');
  });
  for await (const line of createInterface({ input: child.stdout })) {
    if (line.includes('Everything is up')) break;
  }
  return { child, findProcesses };
}

async function findMarked(mark: string): Promise<number[]> {
  const pids = (await readdir('/proc')).filter((entry) => /^\d+$/.test(entry));
  const environments = await Promise.all(
    pids.map((pid) => readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '')),
  );
  return pids.filter((_pid, index) => environments[index]?.split('\0').includes(mark)).map(Number);
}

async function untilGone(started: Started): Promise<number[]> {
  const deadline = performance.now() + GONE_WITHIN_MS;
  for (;;) {
    const left = await started.findProcesses();
    if (left.length === 0 || performance.now() > deadline) return left;
    await delay(100);
  }
}

tap.test('SIGKILL of npm leaves no process of npm start', async (t) => {
  const started = await startProduct(t);
  t.ok((await started.findProcesses()).length > 5);

  started.child.kill('SIGKILL');

  t.same(await untilGone(started), []);
});

tap.test('SIGTERM ends npm start and everything it started', async (t) => {
  const started = await startProduct(t);

  started.child.kill('SIGTERM');

  t.same(await untilGone(started), []);
});

tap.test('Ctrl-C, which reaches the whole group, ends everything in order', async (t) => {
  const started = await startProduct(t);
  const exited = once(started.child, 'exit');

  process.kill(-(started.child.pid ?? 0), 'SIGINT');

  t.same(await untilGone(started), []);
  await exited;
});

import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

import type tap from 'tap';

import { findFreePort } from '../free-port.ts';

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));
/** A new database, and a busy machine. */
const START_MS = 120_000;
/** A drain, the stop of the databases, and a busy machine. */
const GONE_WITHIN_MS = 30_000;

export interface MarkedStart {
  readonly child: ChildProcess;
  readonly url: string;
  readonly dataDir: string;
  /** Every line of its output so far. */
  readonly lines: readonly string[];
  /** Ids of every process of this start, by the variable that all of them inherit. */
  findProcesses(): Promise<number[]>;
  /** Waits for the end of all its processes; resolves to those that are left. */
  waitUntilGone(): Promise<number[]>;
}

/** Runs an npm script with services and a process group of its own; resolves when everything is up. */
export async function startMarked(
  t: Pick<typeof tap, 'teardown'>,
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<MarkedStart> {
  const mark = `START_MARK=${randomBytes(8).toString('hex')}`;
  const [name = '', value = ''] = mark.split('=');
  const port = await findFreePort();
  const dataDir = mkdtempSync(join(tmpdir(), 'mcp-start-'));
  const child = spawn('npm', args, {
    cwd: ROOT,
    env: {
      ...process.env,
      [name]: value,
      MONGODB_URI: '',
      REDIS_URL: '',
      PORT: String(port),
      DATA_DIR: dataDir,
      ...env,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  });
  const findProcesses = () => findMarked(mark);
  t.teardown(async () => {
    for (const pid of await findProcesses()) process.kill(pid, 'SIGKILL');
    rmSync(dataDir, { recursive: true, force: true });
  });
  const lines: string[] = [];
  const isUp = Promise.withResolvers<void>();
  createInterface({ input: child.stdout }).on('line', (line) => {
    lines.push(line);
    if (line.includes('Everything is up')) isUp.resolve();
  });
  const fail = (how: string) => isUp.reject(new Error(`${how}:\n${lines.join('\n')}`));
  const timer = setTimeout(() => fail('not up in time'), START_MS);
  void once(child, 'exit').then(() => fail('ended during its start'));
  await isUp.promise.finally(() => clearTimeout(timer));
  return {
    child,
    url: `http://127.0.0.1:${port}`,
    dataDir,
    lines,
    findProcesses,
    async waitUntilGone() {
      const deadline = performance.now() + GONE_WITHIN_MS;
      for (;;) {
        const remaining = await findProcesses();
        if (remaining.length === 0 || performance.now() > deadline) return remaining;
        await delay(100);
      }
    },
  };
}

async function findMarked(mark: string): Promise<number[]> {
  const pids = (await readdir('/proc')).filter((entry) => /^\d+$/.test(entry));
  const environments = await Promise.all(
    pids.map((pid) => readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '')),
  );
  return pids.filter((_pid, index) => environments[index]?.split('\0').includes(mark)).map(Number);
}

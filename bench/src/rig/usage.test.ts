import { spawn } from 'node:child_process';
import { once } from 'node:events';

import { t } from 'tap';

import { type Party, readCpuTimes, readRssBytes, subtractCpuTimes } from './usage.ts';

const BURN = 'const end = process.cpuUsage().user + 300000; while (process.cpuUsage().user < end);';
const BURNED_MS = 250;

void t.test('the CPU time of a child process and of its ended children counts for its party', async (t) => {
  const nested = `require('node:child_process').spawnSync(process.execPath, ['-e', ${JSON.stringify(BURN)}]); console.log('done'); process.stdin.resume();`;
  const child = spawn(process.execPath, ['-e', nested], { stdio: ['pipe', 'pipe', 'inherit'] });
  t.teardown(async () => {
    child.stdin.end();
    await once(child, 'exit');
  });
  const namedParties = new Map<number, Party>([[child.pid ?? 0, 'worker']]);
  const before = readCpuTimes(namedParties);

  await once(child.stdout, 'data');
  const cpuTimes = subtractCpuTimes(readCpuTimes(namedParties), before);

  t.ok(cpuTimes.worker >= BURNED_MS, `${cpuTimes.worker} ms`);
  t.equal(cpuTimes.api, 0);
  t.ok(readRssBytes(child.pid ?? 0) > 10_000_000);
});

void t.test('this process is the bench', async (t) => {
  t.ok(readCpuTimes(new Map()).bench > 0);
});

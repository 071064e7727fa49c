import { join } from 'node:path';

import t, { type Test } from 'tap';

import { runTestFile } from './run-test-file.ts';

const LONG_MS = 60_000;

interface Options {
  env?: NodeJS.ProcessEnv;
  lingerMs?: number;
  stop?: AbortSignal;
}

const runText = (t: Test, text: string, { env = {}, lingerMs = LONG_MS, stop }: Options = {}) => {
  const dir = t.testdir({ 'some.test.ts': `import t from 'tap';\n${text}` });
  return runTestFile(join(dir, 'some.test.ts'), { env: { ...process.env, ...env }, lingerMs, stop });
};

t.test('tests are counted, not assertions, and comments of all levels are kept', async (t) => {
  const result = await runText(
    t,
    `t.test('one', async (t) => { t.ok(1); t.ok(2); t.comment('inside'); });
     t.test('two', async (t) => { t.ok(0); });`,
  );

  t.match(result, { passed: 1, failed: 1 });
  t.ok(result.comments.includes('# inside'));
  t.match(result.output, /not ok 2 - two/);
});

t.test('a skipped test, at whatever depth, fails', async (t) => {
  const result = await runText(
    t,
    `t.test('outer', async (t) => { t.test('inner', { skip: 'for now' }, async () => {}); });`,
  );

  t.match(result, { passed: 0, failed: 1 });
});

t.test('the CPU time of a file counts what it started', async (t) => {
  const burn = 'const start = process.cpuUsage().user; while (process.cpuUsage().user - start < 500_000);';
  const result = await runText(
    t,
    `import { execFileSync } from 'node:child_process';
     t.test('one', async (t) => { execFileSync(process.execPath, ['-e', ${JSON.stringify(burn)}]); t.pass(); });`,
  );

  t.ok(result.cpuMs >= 500, `${result.cpuMs} ms`);
});

t.test('a file without tests fails, and one that throws', async (t) => {
  t.match(await runText(t, ''), { passed: 0, failed: 1 });
  t.match(await runText(t, `t.pass('before'); throw new Error('broken');`), { failed: 1, output: /broken/ });
});

const LEAK = `import { createServer } from 'node:net';
  t.test('leaks', async (t) => { createServer().listen(0); t.pass('done'); });`;

t.test('a file that leaves a handle open is ended at its time limit, and names it', async (t) => {
  const result = await runText(t, LEAK, { env: { TAP_TIMEOUT: '2' } });

  t.match(result, { passed: 1, failed: 1, output: /type: Server/ });
});

t.test('a file is ended soon after its tests have ended', async (t) => {
  const result = await runText(t, `t.teardown(() => {}); ${LEAK}`, { lingerMs: 200 });

  t.match(result, { passed: 1, failed: 1, output: /a handle is open/ });
});

t.test('a process that is left behind does not hold up the run', async (t) => {
  const result = await runText(
    t,
    `import { spawn } from 'node:child_process';
     t.test('leaves a process', async (t) => {
       const child = spawn('sleep', ['60'], { stdio: 'inherit' });
       child.unref();
       t.comment('pid', child.pid);
       t.pass();
     });`,
  );
  t.teardown(() => process.kill(Number(/^# pid (\d+)$/m.exec(result.comments.join('\n'))?.[1])));

  t.match(result, { passed: 1, failed: 0 });
});

t.test('a stopped run ends its files', async (t) => {
  const stop = new AbortController();
  const running = runText(t, `t.test('waits', () => new Promise(() => setInterval(() => {}, 1_000)));`, {
    stop: stop.signal,
  });
  setTimeout(() => stop.abort(), 1_500);

  t.ok((await running).failed > 0);
});

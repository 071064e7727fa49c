import { once } from 'node:events';

import tap from 'tap';

import { startMarked } from '../testing/start-marked.ts';

tap.test('SIGKILL of npm leaves no process of npm start', async (t) => {
  const started = await startMarked(t, ['start']);
  t.ok((await started.findProcesses()).length > 5);

  started.child.kill('SIGKILL');

  t.same(await started.waitUntilGone(), []);
});

tap.test('SIGTERM ends npm start and everything it started', async (t) => {
  const started = await startMarked(t, ['start']);

  started.child.kill('SIGTERM');

  t.same(await started.waitUntilGone(), []);
});

tap.test('Ctrl-C, which reaches the whole group, ends everything in order', async (t) => {
  const started = await startMarked(t, ['start']);
  const exited = once(started.child, 'exit');

  process.kill(-(started.child.pid ?? 0), 'SIGINT');

  t.same(await started.waitUntilGone(), []);
  await exited;
});

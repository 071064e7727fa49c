import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { openFleet, waitFor } from '@mcp-server/testing';
import t from 'tap';

const FAST = { LEASE_MS: '1500', BEAT_MS: '300', STALLED_CHECK_MS: '300' };

/** True once the file has content: an empty file is not an effect yet. */
const hasText = (file: string) => readFile(file, 'utf8').then(Boolean, () => false);

t.test('I4: ctx.once runs a side effect once over attempts and keeps its result', async (t) => {
  const { startWorker, submit, reach } = await openFleet(t);
  const file = join(t.testdir({}), 'effects');
  await startWorker();

  const id = await submit({ plugin: 'fixture', action: 'once', payload: JSON.stringify({ file }) });

  const ended = await reach(id, 'completed');
  t.same(JSON.parse(ended.result ?? ''), { value: 'written in attempt 1', attempt: 2 });
  t.equal(await readFile(file, 'utf8'), 'effect\n');
});

t.test('I4: the idempotency key is the same over attempts, also after a crash', async (t) => {
  const { startWorker, submit, reach } = await openFleet(t);
  const file = join(t.testdir({}), 'effects');
  const first = await startWorker(FAST);
  const id = await submit({
    plugin: 'fixture',
    action: 'effect',
    payload: JSON.stringify({ file, holdMs: 2_000 }),
  });
  await waitFor('the first effect', () => hasText(file));

  await first.end('SIGKILL');
  await startWorker(FAST);

  await reach(id, 'completed', 30_000);
  t.equal(await readFile(file, 'utf8'), `${id}\n${id}\n`);
});

const NOT_TO_BE_REPEATED = {
  retry: { attempts: 3, backoff: 'fixed' as const, delayMs: 10, maxDelayMs: 10 },
  timeoutMs: 90_000,
  onCrash: 'fail' as const,
  maxCrashes: 3,
};

t.test('I4: a destructive action whose process died is not run again', async (t) => {
  const { startWorker, submit, reach } = await openFleet(t);
  const file = join(t.testdir({}), 'effects');
  const first = await startWorker(FAST);
  const id = await submit({
    plugin: 'fixture',
    action: 'effect',
    payload: JSON.stringify({ file, holdMs: 60_000 }),
    policy: NOT_TO_BE_REPEATED,
  });
  await waitFor('the effect', () => hasText(file));

  await first.end('SIGKILL');
  await startWorker(FAST);

  t.match(await reach(id, 'failed', 30_000), { failure: { kind: 'outcome_unknown' }, crashes: 1 });
  t.equal(await readFile(file, 'utf8'), `${id}\n`);
});

t.test('I4: a destructive action whose worker is stopped is not run again', async (t) => {
  const { startWorker, submit, reach } = await openFleet(t);
  const file = join(t.testdir({}), 'effects');
  const first = await startWorker({ WORKER_GRACE_MS: '600' });
  const id = await submit({
    plugin: 'fixture',
    action: 'effect',
    payload: JSON.stringify({ file, holdMs: 60_000 }),
    policy: NOT_TO_BE_REPEATED,
  });
  await waitFor('the effect', () => hasText(file));

  t.same(await first.end('SIGTERM'), { code: 0, signal: null });

  t.match(await reach(id, 'failed'), { failure: { kind: 'outcome_unknown' }, crashes: 0 });
  t.equal(await readFile(file, 'utf8'), `${id}\n`);
});

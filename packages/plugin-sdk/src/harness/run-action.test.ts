import t from 'tap';
import { z } from 'zod';

import { FatalError, RetryableError } from '../action.ts';
import { definePlugin } from '../plugin.ts';
import { defineResource } from '../resource.ts';
import { pluginOf, type Run } from './demo-plugin.ts';
import { runAction } from './run-action.ts';

t.test('an input is checked and completed by the schema; a wrong one fails without a run', async (t) => {
  let runs = 0;
  const plugin = pluginOf(({ n }) => ({ n, runs: (runs += 1) }));

  t.match(await runAction(plugin, 'go'), { status: 'completed', result: { n: 1, runs: 1 } });
  t.match(await runAction(plugin, 'go', { n: 'one' }), {
    status: 'failed',
    failure: { kind: 'invalid_input', message: /^\/n: / },
    attempts: [{ outcome: 'failed' }],
  });
  t.equal(runs, 1);
  await t.rejects(runAction(plugin, 'come'), /has no action "come"; it has: go/);
});

t.test('a result that breaks its schema, the limit or its content is invalid_output', async (t) => {
  const action = { output: z.strictObject({ text: z.string() }), toContent: () => [{ type: 'text' }] };
  const invalid = async (run: Run, changes: object) =>
    (await runAction(pluginOf(run, changes), 'go', {}, { maxResultBytes: 100 })).failure;

  t.match(await invalid(() => ({ text: 1 }), action), { kind: 'invalid_output', message: /^\/text: / });
  t.match(await invalid(() => ({ text: 'x' }), action), { message: /^toContent: \/0\/text/ });
  t.match(await invalid(() => 'x'.repeat(100), {}), { message: /larger than 100 bytes/ });
});

t.test('content is recorded beside the result', async (t) => {
  const plugin = pluginOf(() => 'Ada', {
    toContent: (name: string) => [{ type: 'text', text: `Hello ${name}` }],
  });

  t.match(await runAction(plugin, 'go'), {
    result: 'Ada',
    content: [{ type: 'text', text: 'Hello Ada' }],
  });
});

t.test('failed attempts are repeated by the policy, with recorded delays and no waiting', async (t) => {
  const seen: number[] = [];
  const plugin = pluginOf((_input, { attempt }) => {
    seen.push(attempt);
    if (attempt === 1) throw new RetryableError('busy', { retryAfterMs: 86_000_000 });
    throw new Error('broken');
  });

  const { status, failure, attempts } = await runAction(plugin, 'go');

  t.same(seen, [1, 2, 3]);
  t.match({ status, failure }, { status: 'failed', failure: { kind: 'error', message: 'broken' } });
  t.match(attempts, [
    { outcome: 'retry', delayMs: 86_000_000 },
    { outcome: 'retry', delayMs: 1_500, failure: { message: 'broken' } },
    { outcome: 'failed' },
  ]);
});

t.test('a test can wait between attempts and replace the policy', async (t) => {
  const waits: number[] = [];
  const plugin = pluginOf(() => Promise.reject(new Error('no')));

  const { attempts } = await runAction(
    plugin,
    'go',
    {},
    { retry: { attempts: 2 }, random: () => 0.5, waitForRetry: async (ms) => void waits.push(ms) },
  );

  t.equal(attempts.length, 2);
  t.same(waits, [500]);
});

t.test('a FatalError fails at once with its code', async (t) => {
  const plugin = pluginOf(() => {
    throw new FatalError('no such thing', { code: 'NOT_FOUND' });
  });

  t.match(await runAction(plugin, 'go'), {
    status: 'failed',
    failure: { code: 'NOT_FOUND' },
    attempts: { length: 1 },
  });
});

t.test('the time limit aborts the signal and counts as an attempt', async (t) => {
  const plugin = pluginOf((_input, { signal, attempt }) => {
    if (attempt === 2) return 'done';
    return new Promise((_resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason as Error));
    });
  });

  const { result, attempts } = await runAction(plugin, 'go', {}, { timeoutMs: 20 });

  t.equal(result, 'done');
  t.match(attempts, [{ outcome: 'retry', failure: { kind: 'timeout', message: /20 ms/ } }, {}]);
});

t.test('an action that ignores its signal is abandoned after the grace', async (t) => {
  const plugin = pluginOf(() => new Promise(() => {}));

  const run = await runAction(
    plugin,
    'go',
    {},
    { timeoutMs: 10, abandonAfterMs: 10, retry: { attempts: 1 } },
  );

  t.match(run, { status: 'failed', failure: { kind: 'timeout' } });
});

t.test("the test's signal cancels a run, and a retry that is due", async (t) => {
  const running = new AbortController();
  const waiting = pluginOf((_input, { signal }) => {
    setImmediate(() => running.abort());
    return new Promise((_resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason as Error));
    });
  });
  const between = new AbortController();
  const failing = pluginOf(() => Promise.reject(new Error('no')));

  t.match(await runAction(waiting, 'go', {}, { signal: running.signal }), {
    status: 'cancelled',
    attempts: [{ outcome: 'cancelled' }],
  });
  const cancelled = await runAction(
    failing,
    'go',
    {},
    { signal: between.signal, waitForRetry: async () => between.abort() },
  );
  t.match(cancelled, { status: 'cancelled', attempts: { length: 1 } });
  const { status } = await runAction(failing, 'go', {}, { signal: AbortSignal.abort() });
  t.equal(status, 'cancelled');
});

t.test('progress, log lines and steps are recorded; a step runs once over attempts', async (t) => {
  let effects = 0;
  const plugin = pluginOf(async (_input, { attempt, once, progress, log }) => {
    const first = await once('pay', () => (effects += 1));
    progress(attempt, 3, 'password=hunter2');
    log.info(`attempt ${attempt}`);
    if (attempt < 2) throw new Error('again');
    return first;
  });

  const run = await runAction(plugin, 'go');

  t.equal(effects, 1);
  t.match(run, { status: 'completed', result: 1, steps: { pay: 1 } });
  t.same(run.log, [
    { level: 'info', text: 'attempt 1' },
    { level: 'info', text: 'attempt 2' },
  ]);
  t.same(run.progress[0], { done: 1, total: 3, message: 'password=[redacted]' });
});

t.test('settings are read by the schema and frozen', async (t) => {
  const plugin = pluginOf((_input, { settings }) => [settings.limit, Object.isFrozen(settings)]);

  t.same((await runAction(plugin, 'go', {}, { settings: { limit: '7' } })).result, [7, true]);
  t.same((await runAction(plugin, 'go')).result, [10, true]);
  await t.rejects(runAction(plugin, 'go', {}, { settings: { limit: 'x' } }), { name: 'ZodError' });
});

t.test('resources and prompts run by the names of their actions', async (t) => {
  const about = { title: 'T', description: 'D' };
  const plugin = definePlugin({
    ...about,
    id: 'demo',
    version: '1.0.0',
    resources: {
      item: defineResource({
        ...about,
        uriTemplate: 'demo://items/{id}',
        read: ({ uri, variables }) => [{ uri, text: `item ${variables['id']}` }],
      }),
    },
  });

  t.match((await runAction(plugin, 'resource-item', { uri: 'demo://items/7' })).result, [{ text: 'item 7' }]);
});

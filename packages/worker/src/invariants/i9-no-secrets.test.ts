import { openFleet, waitFor } from '@mcp-server/testing';
import t from 'tap';

const CANARY = 'canary-5f2e9a';

t.test(
  'I9: no log, job, metric or page contains payload, result, messages or secrets of a run',
  async (t) => {
    const { startWorker, submit, reach, read, space } = await openFleet(t);
    const worker = await startWorker({ LOG_LEVEL: 'trace' });

    const leak = await submit({
      plugin: 'fixture',
      action: 'leak',
      payload: JSON.stringify({ secret: CANARY }),
    });
    const echo = await submit({ payload: JSON.stringify({ message: CANARY }) });
    await reach(leak, 'failed');
    await reach(echo, 'completed');
    await waitFor('settled', async () => (await read(echo)).settledAt && (await read(leak)).settledAt);

    const metrics = await fetch(`http://127.0.0.1:${String(worker.started['port'])}/metrics`).then((answer) =>
      answer.text(),
    );
    t.notMatch(metrics, CANARY);
    t.notMatch(await dumpRedis(space), CANARY);
    t.notMatch(worker.lines.join('\n'), CANARY);
    t.match(worker.lines.join('\n'), /"text":"[^"]*\[redacted\]/, 'the line itself is logged');
    const { failure, attempts, progress } = await read(leak);
    t.notMatch(JSON.stringify({ failure, attempts, progress }), CANARY);
  },
);

t.test(
  'I9: a secret setting of a plugin is masked in logs, records and results, in every form',
  async (t) => {
    const vaultKey = 'canary/9f3c+Pa55';
    const forms = [
      vaultKey,
      encodeURIComponent(vaultKey),
      Buffer.from(`user:${vaultKey}`).toString('base64'),
    ];
    const { startWorker, submit, reach, read, space } = await openFleet(t);
    const worker = await startWorker({ LOG_LEVEL: 'trace', FIXTURE_PLUGIN_VAULT_KEY: vaultKey });
    const leak = (as: string) =>
      submit({ plugin: 'fixture', action: 'leak-setting', payload: JSON.stringify({ as }) });

    const ids = { error: await leak('error'), result: await leak('result') };
    await reach(ids.error, 'failed');
    await reach(ids.result, 'completed');

    const stored = { error: await read(ids.error), result: await read(ids.result) };
    const lines = worker.lines.join('\n');
    const everything = [JSON.stringify(stored), lines, await dumpRedis(space)].join('\n');
    for (const form of forms) t.notOk(everything.includes(form), form);
    t.match(stored.error, {
      failure: { message: /^\[redacted\] and \[redacted\] and dXN\w+\[redacted\]/, code: '[redacted]' },
      attempts: [
        { stack: /^TypeError: \[redacted\]/ },
        { stack: /^TypeError: \[redacted\]/ },
        { stack: /^TypeError/ },
      ],
    });
    t.match(JSON.parse(stored.result.result ?? ''), { texts: ['[redacted]', '[redacted]', /\[redacted\]/] });
    const failed = worker.lines
      .map((line) => JSON.parse(line) as Record<string, unknown>)
      .find(({ msg, executionId }) => msg === 'attempt failed' && executionId === ids.error);
    t.match(failed, {
      level: 50,
      plugin: 'fixture',
      action: 'leak-setting',
      attempt: 1,
      failureKind: 'error',
      err: { message: /^\[redacted\]/, stack: /^TypeError: \[redacted\][^]*fixture\/index\.ts:\d+/ },
    });
  },
);

t.test('I9: an error that no promise catches is logged with its stack, masked', async (t) => {
  const vaultKey = 'canary/9f3c+Pa55';
  const { startWorker, submit } = await openFleet(t);
  const worker = await startWorker({ FIXTURE_PLUGIN_VAULT_KEY: vaultKey });

  await submit({ plugin: 'fixture', action: 'late-throw', payload: '{}' });

  const line = await waitFor('the last words', () =>
    Promise.resolve(worker.lines.find((text) => text.includes('unexpected error'))),
  );
  t.match(JSON.parse(line), {
    level: 60,
    err: { message: 'no promise catches this, [redacted], [redacted]', stack: /fixture\/index\.ts:\d+/ },
  });
  t.notMatch(worker.lines.join('\n'), /canary/);
});

/** Reads every value of the namespace, of any type. */
async function dumpRedis({ redis, prefix }: Awaited<ReturnType<typeof openFleet>>['space']): Promise<string> {
  const keys = await redis.keys(`${prefix}:*`);
  const values = await Promise.all(keys.map((key) => redis.dumpBuffer(key)));
  return values.map((value) => value?.toString('latin1') ?? '').join('\n');
}

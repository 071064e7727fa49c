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

/** Reads every value of the namespace, of any type. */
async function dumpRedis({ redis, prefix }: Awaited<ReturnType<typeof openFleet>>['space']): Promise<string> {
  const keys = await redis.keys(`${prefix}:*`);
  const values = await Promise.all(keys.map((key) => redis.dumpBuffer(key)));
  return values.map((value) => value?.toString('latin1') ?? '').join('\n');
}

import { createRedis } from '@mcp-server/shared';
import { openNamespace, startOwnRedis, startProcess, waitFor } from '@mcp-server/testing';
import t from 'tap';

t.test(
  'a Redis that is full makes the API degraded and workers not ready, until it has space again',
  async (t) => {
    const { url } = await startOwnRedis(t);
    const { env } = await openNamespace(t, url);
    const admin = createRedis(url, 'consumer', () => undefined);
    t.teardown(async () => admin.disconnect());
    const [api, worker] = await Promise.all([
      startProcess(t, 'api', { ...env, DATA_DIR: t.testdir({}) }),
      startProcess(t, 'worker', env),
    ]);
    const ask = ({ started }: typeof api) =>
      fetch(`http://127.0.0.1:${String(started['port'])}/health/ready`).then(async (answer) => ({
        code: answer.status,
        body: (await answer.json()) as Record<string, unknown>,
      }));
    await waitFor(
      'both to be ready',
      async () => (await ask(api)).body['status'] === 'ready' && (await ask(worker)).body['ready'],
    );

    await admin.config('SET', 'maxmemory', '1mb');

    const degraded = await waitFor('the API to say so', async () => {
      const answer = await ask(api);
      return answer.body['status'] === 'degraded' && answer;
    });
    t.equal(degraded.code, 200, 'work is accepted all the same');
    await waitFor('the worker to say so', async () => (await ask(worker)).code === 503);
    await admin.config('SET', 'maxmemory', '0');
    await waitFor('the API to be ready again', async () => (await ask(api)).body['status'] === 'ready');
    await waitFor('the worker to be ready again', async () => (await ask(worker)).code === 200);
  },
);

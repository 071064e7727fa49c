import { createRedis } from '@mcp-server/shared';
import { openFleet, openNamespace, startOwnRedis, startProcess, waitFor } from '@mcp-server/testing';
import t, { type Test } from 'tap';

async function openRedis(t: Test) {
  const { url, control } = await startOwnRedis(t);
  const admin = createRedis(url, 'consumer', () => undefined);
  t.teardown(async () => admin.disconnect());
  return { url, control, admin };
}

t.test('a Redis that begins to evict later is reported when it connects again', async (t) => {
  const { startWorker, space } = await openFleet(t, (await openRedis(t)).url);
  const worker = await startWorker();

  await space.redis.config('SET', 'maxmemory-policy', 'volatile-lru');
  await space.redis.client('KILL', 'TYPE', 'normal', 'SKIPME', 'yes');

  await waitFor('the reconnect to be looked at', () =>
    worker.lines.some((line) => line.includes('"policy":"volatile-lru"') && line.includes('may evict jobs')),
  );
  t.equal(worker.child.exitCode, null);
});

t.test('API and worker exit 78 with such a Redis and name the policy', async (t) => {
  const { url, admin } = await openRedis(t);
  const { env } = await openNamespace(t, url);
  await admin.config('SET', 'maxmemory-policy', 'allkeys-lru');

  for (const kind of ['api', 'worker'] as const) {
    const starting = startProcess(t, kind, { ...env, DATA_DIR: t.testdirName });
    const error = (await t.rejects(starting)) as unknown as Error;
    t.match(error.message, /ended \(78\) before it was up/, kind);
    t.match(error.message, /REDIS_URL: .*allkeys-lru/);
  }
});

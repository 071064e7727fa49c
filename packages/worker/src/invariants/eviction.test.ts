import { createRedis, refuseEviction } from '@mcp-server/shared';
import { openNamespace, startOwnRedis, startProcess, waitFor } from '@mcp-server/testing';
import t, { type Test } from 'tap';

async function openRedis(t: Test) {
  const { url, control } = await startOwnRedis(t);
  const admin = createRedis(url, 'consumer', () => undefined);
  t.teardown(async () => admin.disconnect());
  return { url, control, admin };
}

t.test(
  'a Redis that may evict jobs is refused at the start, and reported when it connects later',
  async (t) => {
    const { url, control, admin } = await openRedis(t);
    const redis = createRedis(url, 'producer', () => undefined);
    t.teardown(async () => redis.disconnect());
    const evicting: string[] = [];
    const onEvicting = (policy: string) => void evicting.push(policy);

    await refuseEviction(redis, onEvicting);
    await admin.config('SET', 'maxmemory-policy', 'volatile-lru');
    redis.disconnect(true);
    await waitFor('the reconnect to be looked at', () => evicting.length > 0);

    t.same(evicting, ['volatile-lru']);
    await t.rejects(refuseEviction(redis, onEvicting), {
      name: 'ConfigError',
      message: /REDIS_URL: .*volatile-lru.*noeviction/,
    });
    await control.kill();
    await waitFor('the connection to be lost', () => redis.status !== 'ready');
    await t.resolves(refuseEviction(redis, onEvicting), 'a Redis that is away does not block the start');
  },
);

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

import { openNamespace, startProcess, startRedisCluster } from '@mcp-server/testing';
import t from 'tap';

/** EX_CONFIG. */
const REFUSED = 78;

t.test('API and worker refuse each node of a Redis Cluster, with and without a hash tag', async (t) => {
  const dir = t.testdir({});
  const cluster = await startRedisCluster(dir);
  t.teardown(() => cluster.close());
  const { env } = await openNamespace(t);
  const start = (kind: 'api' | 'worker', changes: Record<string, string>) =>
    startProcess(t, kind, { ...env, DATA_DIR: dir, ...changes }).then(
      () => 'it started',
      (error: Error) => error.message,
    );

  const [first, second] = cluster.urls.map((url) => ({ REDIS_URL: url }));
  const messages = await Promise.all([
    start('worker', { ...first }),
    start('worker', { ...second, REDIS_PREFIX: '{mcp}' }),
    start('api', { ...first }),
    start('api', { ...second, REDIS_PREFIX: '{mcp}' }),
  ]);

  for (const message of messages) {
    t.match(message, new RegExp(`\\b${REFUSED}\\b`));
    t.match(message, /REDIS_URL: this is a node of a Redis Cluster/);
  }
});

import { openNamespace, startRedisCluster } from '@mcp-server/testing';
import t from 'tap';

import { complaintsOf, readLines } from './testing/test-doctor.ts';

t.test('a node of a Redis Cluster is found', async (t) => {
  const dir = t.testdir({});
  const cluster = await startRedisCluster(dir);
  t.teardown(() => cluster.close());
  const { env } = await openNamespace(t);

  const { code, lines } = await readLines({ ...env, DATA_DIR: dir, REDIS_URL: cluster.urls[0] ?? '' });

  t.equal(code, 1);
  t.match(complaintsOf(lines, 'redis-cluster'), /^fail a node of a Redis Cluster/);
});

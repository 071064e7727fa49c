import { startRedisCluster } from '@mcp-server/testing';
import t from 'tap';

import { complaintsOf, readLines } from './testing/test-doctor.ts';

t.test('a node of a Redis Cluster is found', async (t) => {
  const dir = t.testdir({});
  const cluster = await startRedisCluster(dir);
  t.teardown(() => cluster.close());
  const env = { MONGODB_URI: process.env['MONGODB_URI'] ?? '', DATA_DIR: dir };

  const { code, lines } = await readLines({ ...env, REDIS_URL: cluster.urls[0] ?? '' });

  t.equal(code, 1);
  t.match(complaintsOf(lines, 'redis-cluster'), /^fail a node of a Redis Cluster/);
});

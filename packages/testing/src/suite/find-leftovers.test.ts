import { spawn } from 'node:child_process';
import { once } from 'node:events';

import { createMongo, createRedis } from '@mcp-server/shared';
import t from 'tap';

import { findLeftovers, RUN_MARK, takeInventory } from './find-leftovers.ts';

const run = `planted-${process.pid}`;

t.test('leftover processes, keys, connections and databases are found', async (t) => {
  const before = await takeInventory(run, process.env);
  const child = spawn('sleep', ['60'], { env: { PATH: process.env['PATH'], [RUN_MARK]: run } });
  await once(child, 'spawn');
  t.teardown(() => child.kill());
  const redis = createRedis(process.env['REDIS_URL'] ?? '', 'consumer', () => undefined);
  t.teardown(() => redis.disconnect());
  await redis.client('SETNAME', run);
  await redis.set(`${run}:queue`, '1');
  t.teardown(() => redis.del(`${run}:queue`));
  const uri = new URL(process.env['MONGODB_URI'] ?? '');
  uri.pathname = `/${run}`;
  const timeouts = { serverSelectionTimeoutMs: 5_000, socketTimeoutMs: 10_000 };
  const mongo = createMongo({ uri: uri.href, maxPoolSize: 1, ...timeouts });
  t.teardown(() => mongo.close());
  await mongo.connection.asPromise();
  await mongo.connection.createCollection('left');
  t.teardown(() => mongo.connection.dropDatabase());

  const leftovers = findLeftovers(before, await takeInventory(run, process.env));

  // Other tests run at the same time, in namespaces of their own.
  const own = leftovers.filter((line) => line.includes(run) || line.includes('sleep'));
  t.match(own, [
    `process ${child.pid}: sleep 60`,
    `Redis keys ${run}:*`,
    new RegExp(`^Redis connection .* name=${run}$`),
    `database ${run}`,
  ]);
  t.equal(own.length, 4);
});

t.test('things that existed before the run are not leftovers', async (t) => {
  const before = await takeInventory(run, process.env);

  t.same(findLeftovers(before, before), []);
});

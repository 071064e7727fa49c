import { spawn } from 'node:child_process';
import { once } from 'node:events';

import { createMongo, createRedis } from '@mcp-server/shared';
import t from 'tap';

import { findLeftovers, RUN_MARK } from './find-leftovers.ts';

const run = `planted-${process.pid}`;
/** Other tests run at the same time, with connections of their own. */
const findOwn = async () =>
  (await findLeftovers(run, process.env)).filter((line) => !line.startsWith('Redis connection'));

t.test('a leftover process, key and database are found by the mark of their run', async (t) => {
  t.same(await findOwn(), []);
  const child = spawn('sleep', ['60'], { env: { PATH: process.env['PATH'], [RUN_MARK]: run } });
  await once(child, 'spawn');
  t.teardown(() => child.kill());
  const redis = createRedis(process.env['REDIS_URL'] ?? '', 'consumer', () => undefined);
  t.teardown(() => redis.disconnect());
  const key = `test-${run}-file-1:queue`;
  await redis.set(key, '1');
  t.teardown(() => redis.del(key));
  const uri = new URL(process.env['MONGODB_URI'] ?? '');
  uri.pathname = `/test-${run}-file-1`;
  const timeouts = { serverSelectionTimeoutMs: 5_000, socketTimeoutMs: 10_000 };
  const mongo = createMongo({ uri: uri.href, maxPoolSize: 1, ...timeouts });
  t.teardown(() => mongo.close());
  await mongo.connection.asPromise();
  await mongo.connection.createCollection('left');
  t.teardown(() => mongo.connection.dropDatabase());

  const found = await findOwn();

  t.same(found, [`process ${child.pid}: sleep 60`, `Redis key ${key}`, `database test-${run}-file-1`]);
});

t.test('connections of other processes to Redis are reported', async (t) => {
  const redis = createRedis(process.env['REDIS_URL'] ?? '', 'consumer', () => undefined);
  t.teardown(() => redis.disconnect());
  await redis.client('SETNAME', run);

  const found = await findLeftovers(run, process.env);

  t.ok(found.some((line) => line.startsWith('Redis connection') && line.includes(`name=${run} `)));
});

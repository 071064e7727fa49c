import { once } from 'node:events';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import { buildQueue, insertPause } from '@mcp-server/shared';
import {
  buildExecution,
  type Namespace,
  openFleet,
  openNamespace,
  shiftedClock,
  startOwnRedis,
  startProcess,
  waitFor,
} from '@mcp-server/testing';
import t, { type Test } from 'tap';

import { complaintsOf, readLines, runDoctor } from './testing/test-doctor.ts';

const WEAK = 'change-me-please';
/** More than the size of any disk. */
const TOO_MUCH_GIB = '10000000';
const HOUR_MS = 3_600_000;
const LONG_AGO = new Date(Date.now() - 600_000);
/** The database does not delete a worker that was seen then during the test. */
const RECENTLY = new Date(Date.now() - 60_000);

/** A program that has nothing to do with the product. */
async function takePort(t: Test): Promise<string> {
  const server = createServer((_request, response) => response.end('hello'));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => server.close());
  return String((server.address() as AddressInfo).port);
}

async function spoilRedis({ redis }: Namespace): Promise<void> {
  await redis.config('SET', 'appendonly', 'no');
  await redis.config('SET', 'maxmemory-policy', 'volatile-lru');
  const used = Number(/^used_memory:(\d+)/m.exec(await redis.info('memory'))?.[1]);
  await redis.config('SET', 'maxmemory', String(Math.round(used * 1.02)));
}

/** The collection itself: the model would write the current time. */
const rawOf = (model: { collection: unknown }) =>
  model.collection as {
    insertMany(all: object[]): Promise<unknown>;
    insertOne(one: object): Promise<unknown>;
  };

async function spoilWork({ models: { ExecutionModel, WorkerModel } }: Namespace): Promise<void> {
  const old = { createdAt: LONG_AGO, updatedAt: LONG_AGO };
  const lease = { until: LONG_AGO, worker: 'gone', token: 'gone' };
  await rawOf(ExecutionModel).insertMany([
    // Its worker died, and no sweep has run.
    buildExecution({ ...old, status: 'running', epoch: 1, lease }),
    // It has no job in Redis, and no worker serves its pool.
    buildExecution({ ...old, pool: 'gpu' }),
    // Workers of its pool took it, and none had its plugin.
    buildExecution({ ...old, plugin: 'absent', heldAt: LONG_AGO, lacksAction: true }),
    buildExecution({ ...old, status: 'cancelled', endedAt: LONG_AGO }),
  ]);
  await rawOf(WorkerModel).insertOne({
    _id: 'gone-1-abc',
    host: 'gone',
    pid: 1,
    version: '0.1.0',
    pools: ['default'],
    plugins: [],
    slots: 1,
    running: 0,
    state: 'running',
    startedAt: LONG_AGO,
    seenAt: RECENTLY,
    createdAt: LONG_AGO,
    updatedAt: RECENTLY,
  });
  await rawOf(WorkerModel).insertOne({
    _id: 'broken-1-abc',
    host: 'here',
    pid: 1,
    version: '0.1.0',
    pools: ['other'],
    plugins: [],
    pluginErrors: [{ plugin: 'shop', problems: ['action "order": title: is missing'] }],
    slots: 1,
    running: 0,
    state: 'running',
    startedAt: new Date(),
    seenAt: new Date(),
    createdAt: new Date(),
    updatedAt: new Date(),
  });
  await ExecutionModel.collection.dropIndex('ownerId_1_idempotencyKey_1');
}

/** Pauses the pool and plants a failed job of another program. */
async function spoilQueue(t: Test, { redis, prefix, models }: Namespace): Promise<void> {
  const queue = buildQueue('default', redis, prefix);
  t.teardown(() => queue.close());
  await queue.pause();
  await insertPause(models.PauseModel, { kind: 'plugin', name: 'http', by: 'somebody', reason: 'a flood' });
  await redis.zadd(`${prefix}:pool-default:failed`, Date.now(), 'foreign');
}

async function spoilDataDir(t: Test): Promise<string> {
  const dir = `${t.testdir({})}/data`;
  await mkdir(dir);
  const secrets = JSON.stringify({ JWT_SECRET: 'a'.repeat(40), REFRESH_TOKEN_SECRET: 'a'.repeat(40) });
  await writeFile(`${dir}/secrets.json`, secrets);
  await chmod(`${dir}/secrets.json`, 0o644);
  await chmod(dir, 0o777);
  return dir;
}

t.test('every planted fault is found by its check, and no secret is printed', async (t) => {
  const { url } = await startOwnRedis(t);
  const space = await openNamespace(t, url);
  const DATA_DIR = await spoilDataDir(t);
  await spoilWork(space);
  await spoilQueue(t, space);
  await spoilRedis(space);
  const env = {
    ...space.env,
    DATA_DIR,
    PORT: await takePort(t),
    WORKER_PORT: '0',
    ADMIN_API_KEY: WEAK,
    LOG_LEVEL: 'loud',
    WORKER_GRACE_MS: '1',
  };

  const { code, lines, output } = await readLines(env, '--free-gib', TOO_MUCH_GIB);

  t.equal(code, 1);
  const planted: [check: string, complaint: RegExp][] = [
    ['redis-memory-policy', /^fail .*volatile-lru/],
    ['redis-persistence', /^fail the append-only file is off/],
    ['redis-memory', /^fail .* of maxmemory/],
    ['mongodb-indexes', /^fail missing: pluginexecutions \(ownerId:1 idempotencyKey:1 unique partial\)$/],
    ['stuck-work', /fail 1 executions are running with a lease that lapsed/],
    ['stuck-work', /fail 2 executions are queued without a job in Redis/],
    ['stuck-work', /fail 1 executions ended without being settled/],
    ['workers', /fail pool gpu has work but no live worker/],
    ['workers', /warn plugin absent has work that no live worker can run/],
    ['plugins', /fail shop: action "order": title: is missing \(broken-1-abc\)/],
    ['workers', /warn 1 workers disappeared without shutting down/],
    ['queues', /warn pool gpu: 1 executions waiting, the oldest for 6\d\d s/],
    ['queues', /warn pool default is paused in Redis/],
    ['queues', /warn plugin http has been paused since 2\S+ \(a flood\)/],
    ['queues', /warn pool default holds 1 foreign failed jobs/],
    ['secrets', /warn ADMIN_API_KEY is weak/],
    ['secrets', /fail JWT_SECRET and REFRESH_TOKEN_SECRET are the same/],
    ['data-folder', /secrets\.json has mode 644/],
    ['data-folder', /data has mode 777/],
    ['disk-space', /^fail .* GiB free at DATA_DIR/],
    ['ports', new RegExp(`^fail PORT ${env.PORT} is used by another program$`)],
    ['environment', /the API would not start: LOG_LEVEL/],
    ['environment', /a worker would not start: WORKER_GRACE_MS/],
  ];
  for (const [check, complaint] of planted) t.match(complaintsOf(lines, check), complaint, check);
  // Checks without a planted fault report nothing.
  for (const check of ['mongodb', 'mongodb-write-concern', 'redis', 'clocks', 'sweep-counters']) {
    t.equal(complaintsOf(lines, check), '', check);
  }
  t.ok(lines.filter(({ level }) => level !== 'ok').every(({ advice }) => advice));
  t.notMatch(output, new RegExp(`${WEAK}|a{40}`));
});

t.test('unreachable stores are reported with exit 1, and checks of their content are skipped', async (t) => {
  const env = {
    MONGODB_URI: 'mongodb://user:hidden-password@127.0.0.1:1/mcp_server',
    REDIS_URL: 'redis://:hidden-password@127.0.0.1:1',
    DATA_DIR: t.testdir({}),
  };

  const { code, output } = await runDoctor(env);

  t.equal(code, 1);
  t.match(output, /^fail +mongodb +127\.0\.0\.1:1 does not answer: /m);
  t.match(output, /^fail +redis +127\.0\.0\.1:1 does not answer: /m);
  t.notMatch(output, /hidden-password|mongodb-indexes|stuck-work/);
});

t.test('stores that refuse the password are distinguished from those that are away', async (t) => {
  const { mongodbUri, redisUrl } = await openNamespace(t);
  const withPassword = (url: string) => url.replace('://', '://user:hidden-password@');
  const env = {
    MONGODB_URI: withPassword(mongodbUri),
    REDIS_URL: withPassword(redisUrl),
    DATA_DIR: t.testdir({}),
  };

  const { code, output } = await runDoctor(env);

  t.equal(code, 1);
  t.match(output, /^fail +mongodb +127\.0\.0\.1:\d+: the server refuses the user or the password: /m);
  t.match(output, /^fail +redis +127\.0\.0\.1:\d+: the server refuses the user or the password, /m);
  t.notMatch(output, 'hidden-password');
});

t.test('a wrong clock and repairs by the sweep are found on live workers', async (t) => {
  const { space, accept, reach, startWorker } = await openFleet(t);
  const healthy = await startWorker();
  // Accepted but not enqueued, as if the API had died in between: only a sweep finds it.
  await reach(await accept(), 'completed');
  const wrong = await startProcess(t, 'worker', { ...space.env, ...shiftedClock(HOUR_MS) });
  await waitFor(
    'both to announce themselves',
    async () => (await space.models.WorkerModel.countDocuments()) === 2,
  );

  const { lines } = await readLines({
    ...space.env,
    DATA_DIR: t.testdir({}),
    WORKER_PORT: String(healthy.started['port']),
  });

  const name = String(wrong.started['worker']);
  t.match(
    complaintsOf(lines, 'clocks'),
    new RegExp(`^fail the clock of worker ${name} is (3599|3600)\\.\\d s ahead`),
  );
  t.match(complaintsOf(lines, 'sweep-counters'), /^warn mcp_swept_total is 1: /);
});

t.test('a hanging Redis is reported and does not hang the doctor', async (t) => {
  const { url, control } = await startOwnRedis(t);
  const { env } = await openNamespace(t, url);
  control.pause();
  t.teardown(() => control.resume());

  const { code, lines } = await readLines({ ...env, DATA_DIR: t.testdir({}) });

  t.equal(code, 1);
  t.match(complaintsOf(lines, 'redis'), /^fail 127\.0\.0\.1:\d+ does not answer$/);
  t.equal(complaintsOf(lines, 'mongodb'), '');
});

t.test('a URI cannot weaken the write concern', async (t) => {
  const { mongodbUri, env } = await openNamespace(t);
  const uri = new URL(mongodbUri);
  uri.searchParams.set('journal', 'false');
  uri.searchParams.set('w', '1');

  const { lines } = await readLines({ ...env, MONGODB_URI: uri.href, DATA_DIR: t.testdir({}) });

  t.equal(complaintsOf(lines, 'mongodb-write-concern'), '');
});

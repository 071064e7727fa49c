import { once } from 'node:events';

import { createMongo, createRedis } from '@mcp-server/shared';
import { openFleet, openNamespace, startOwnRedis, startProcess, waitFor } from '@mcp-server/testing';
import t, { type Test } from 'tap';

import { startUnauthorizedProxy } from '../testing/test-unauthorized-proxy.ts';

const PASSWORD = 'hunter2-Jm3tQv8wXz2L';
const RIGHTS = ['~*', '&*', '+@all', '-@admin', '+info'];

/** A Redis with a user of its own for the product. */
async function openRedis(t: Test) {
  const { url, control } = await startOwnRedis(t);
  const admin = createRedis(url, 'consumer', () => undefined);
  t.teardown(async () => admin.disconnect());
  const allow = (...rules: string[]) =>
    admin.call('ACL', 'SETUSER', 'product', 'reset', 'on', `>${PASSWORD}`, ...rules);
  await waitFor('Redis', () => allow(...RIGHTS));
  return { url: url.replace('://', `://product:${PASSWORD}@`), adminUrl: url, control, allow };
}

const readyOf = (port: unknown) => fetch(`http://127.0.0.1:${String(port)}/health/ready`);

t.test('a Redis that comes up late and refuses the password ends the processes with 78', async (t) => {
  const { url, adminUrl, control } = await openRedis(t);
  const { space } = await openFleet(t, adminUrl);
  const env = { ...space.env, REDIS_URL: url, DATA_DIR: t.testdirName, DRAIN_DELAY_MS: '0' };
  await control.kill();
  const processes = await Promise.all([startProcess(t, 'worker', env), startProcess(t, 'api', env)]);
  const ends = processes.map(({ child }) => once(child, 'exit'));

  // It has forgotten its users.
  await control.restart();

  t.same(await Promise.all(ends), [
    [78, null],
    [78, null],
  ]);
  for (const { lines } of processes) {
    t.match(lines.join('\n'), /REDIS_URL: the server refuses the user or the password/);
    t.notMatch(lines.join('\n'), 'hunter2');
  }
});

t.test('rights that are taken away later make the processes unready, and they recover', async (t) => {
  const { url, adminUrl, allow } = await openRedis(t);
  const space = await openNamespace(t, adminUrl);
  const env = { ...space.env, REDIS_URL: url, DATA_DIR: t.testdirName };
  const worker = await startProcess(t, 'worker', env);
  const api = await startProcess(t, 'api', env);
  const [ofWorker, ofApi] = [worker.started['port'], api.started['port']];
  await waitFor('the worker to be ready', async () => (await readyOf(ofWorker)).ok);

  await allow(...RIGHTS, '-zadd');
  const unready = await readyOf(ofWorker);
  const degraded = await readyOf(ofApi);
  await allow(...RIGHTS);

  t.equal(unready.status, 503);
  t.match(await unready.json(), { ready: false, redis: { ok: false }, mongodb: { ok: true } });
  t.match(await degraded.json(), { status: 'degraded', redis: { state: 'down' } });
  await waitFor('both to be ready again', async () => {
    const answers = await Promise.all([readyOf(ofWorker), readyOf(ofApi)]);
    return answers.every(({ status }) => status === 200);
  });
  t.match(await (await readyOf(ofApi)).json(), { status: 'ready' });
  t.notMatch([...worker.lines, ...api.lines].join('\n'), 'hunter2');
});

t.test(
  'stores that are away cost one warning each, with the reason, and the worker keeps trying',
  async (t) => {
    const worker = await startProcess(t, 'worker', {
      MONGODB_URI: `mongodb://product:${PASSWORD}@127.0.0.1:1/mcp_server`,
      REDIS_URL: `redis://product:${PASSWORD}@127.0.0.1:1`,
      LOG_LEVEL: 'debug',
    });
    const count = (text: string) => worker.lines.filter((line) => line.includes(text)).length;

    await waitFor('some tries', () => count('queue connection') >= 20);

    const warnings = worker.lines.filter((line) => line.includes('"level":40'));
    t.equal(warnings.length, 2);
    for (const store of ['MongoDB', 'Redis'])
      t.match(
        warnings.join('\n'),
        new RegExp(`"reason":"connect ECONNREFUSED 127.0.0.1:1","msg":"${store} is unavailable"`),
      );
    t.notMatch(worker.lines.join('\n'), 'hunter2');
    t.same(await worker.end('SIGTERM'), { code: 0, signal: null });
  },
);

t.test('a user of MongoDB without a right ends the process that needs it with 78', async (t) => {
  const space = await openNamespace(t);
  const { BSON } = space.models.ExecutionModel.base.mongo;
  const cases = [
    ['worker', 'update', /MONGODB_URI: this user may not read and write the database/],
    ['api', 'createIndexes', /MONGODB_URI: this user may not create the indexes/],
  ] as const;

  for (const [kind, command, reason] of cases) {
    const uri = await startUnauthorizedProxy(t, { uri: space.mongodbUri, BSON, command });
    const starting = startProcess(t, kind, { ...space.env, MONGODB_URI: uri, DATA_DIR: t.testdirName });
    const { message } = (await t.rejects(starting)) as unknown as Error;

    t.match(message, /ended \(78\) before it was up/, kind);
    t.match(message, reason);
  }
});

t.test('a connection string without a database leads to mcp_server', async (t) => {
  const uri = new URL(process.env['MONGODB_URI'] ?? '');
  uri.pathname = '/';
  const mongo = createMongo({
    uri: uri.href,
    maxPoolSize: 1,
    serverSelectionTimeoutMs: 15_000,
    socketTimeoutMs: 15_000,
  });
  t.teardown(() => mongo.close());

  await waitFor('the database', () => mongo.connection.db);

  t.equal(mongo.connection.name, 'mcp_server');
  t.equal(mongo.connection.db?.databaseName, 'mcp_server');
});

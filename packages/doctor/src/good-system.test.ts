import { RuntimeFile } from '@mcp-server/local';
import { openNamespace, startProcess, waitFor } from '@mcp-server/testing';
import t, { type Test } from 'tap';

import { loadChecks } from './load-checks.ts';
import { readLines, runDoctor } from './testing/test-doctor.ts';

/** Starts an API and a worker; resolves to the environment that names them. */
async function startSystem(t: Test) {
  const { env, models, redis, prefix } = await openNamespace(t);
  const queueKey = `${prefix}:pool-default`;
  // The job of a failed execution, as a worker leaves it.
  await redis.hset(`${queueKey}:failed-1`, { name: 'sample.fail', data: '{}', failedReason: 'error' });
  await redis.zadd(`${queueKey}:failed`, Date.now(), 'failed-1');
  const place = { ...env, DATA_DIR: t.testdir({}) };
  const [api, worker] = await Promise.all([startProcess(t, 'api', place), startProcess(t, 'worker', place)]);
  await waitFor('the worker to announce itself', () => models.WorkerModel.exists({}));
  const ports = { PORT: String(api.started['port']), WORKER_PORT: String(worker.started['port']) };
  return { env: { ...place, ...ports }, worker, models };
}

t.test('a healthy system gets one line and exit 0; --verbose shows every check', async (t) => {
  const { env } = await startSystem(t);

  const { code, output } = await runDoctor(env);
  const verbose = await runDoctor(env, '--verbose');
  const json = await readLines(env);

  const checks = await loadChecks();
  t.equal(output, `${checks.size} checks: all passed\n`);
  t.equal(code, 0);
  for (const name of checks.keys()) t.match(verbose.output, new RegExp(`^ok +${name} `, 'm'));
  t.ok(json.lines.every(({ level }) => level === 'ok'));
  t.match(verbose.output, `WORKER_PORT ${env.WORKER_PORT} is used by this product`);
});

t.test(
  'without settings it finds the running npm start by its data folder, but not a dead one',
  async (t) => {
    const { env } = await startSystem(t);
    const { DATA_DIR, ...settings } = env;
    const runtimeFile = new RuntimeFile(DATA_DIR);
    runtimeFile.add(settings);

    const verbose = await runDoctor({ DATA_DIR }, '--verbose');
    runtimeFile.close();
    const gone = await readLines({ DATA_DIR });

    t.match(verbose.output, `Checking the npm start running in ${DATA_DIR}.`);
    t.match(verbose.output, 'all passed');
    t.equal(verbose.code, 0);
    t.match(gone.output, '"source": "the environment and the defaults"');
  },
);

t.test('a wrong command line exits with 2', async (t) => {
  t.equal((await runDoctor({}, '--loud')).code, 2);
  t.equal((await runDoctor({}, '--free-gib', 'much')).code, 2);
});

import { buildExecution, checkWithPromtool, parseMetrics, waitFor } from '@mcp-server/testing';
import t from 'tap';

import { ECHO, publishSample, startTestApp } from '../../testing/test-app.ts';

const TOKEN = 'scrape-Jm3tQv8wXz2LrKp6HsNd9BcYf4GaTe7U';

t.test('JSON and Prometheus text contain the same numbers', async (t) => {
  const test = await startTestApp(t);
  await publishSample(test);
  const { headers } = await test.signUp('mary');
  await test.inject({
    method: 'POST',
    url: '/mcp/execute',
    headers: { ...headers, prefer: 'respond-async' },
    payload: ECHO,
  });
  await test.models.ExecutionModel.create(buildExecution({ status: 'failed' }));
  await test.inject({ url: '/nowhere/at/all' });
  await waitFor('a pool in the catalogue', async () => (await test.deps.catalogue.list()).length === 1);

  const report = (await test.inject({ url: '/metrics' })).json();
  t.match(report, {
    executions: { queued: 1, failed: 1, completed: 0 },
    queues: [{ pool: 'default', waiting: 1, oldestSeconds: Number, jobs: { prioritized: 1, active: 0 } }],
    mongodb: { state: 'up', latencyMs: Number },
    redis: { state: 'up', latencyMs: Number },
    process: { residentBytes: Number, eventLoopLagMs: { p99: Number } },
    openSockets: 0,
    eventsLost: 0,
  });
  t.ok(report.queues[0].oldestSeconds >= 0);
  t.match(
    report.http.find(({ route }: { route: string }) => route === '/mcp/execute'),
    { method: 'POST', status: '202', count: 1, averageMs: Number },
  );

  const text = await test.inject({ url: '/metrics?format=txt' });
  t.match(text.headers['content-type'], 'text/plain; version=0.0.4');
  const families = parseMetrics(text.body);
  const family = (name: string) => families.find((one) => one.name === name);
  t.match(family('mcp_http_request_seconds')?.type, 'HISTOGRAM');
  t.same(family('mcp_executions')?.metrics.find(({ labels }) => labels?.['status'] === 'failed')?.value, '1');
  t.ok(family('mcp_queue_oldest_seconds') && family('mcp_queue_jobs') && family('mcp_store_latency_seconds'));
  t.ok(family('nodejs_eventloop_lag_seconds') && family('process_cpu_seconds_total'));
  t.same(
    families.filter(({ name, type }) => type === 'GAUGE' && name.endsWith('_total')),
    [],
  );
  t.equal(await checkWithPromtool(text.body), '');
  t.notMatch(text.body, /nowhere|[0-9a-f]{24}|mary/);
});

t.test('Prometheus gets text because it requests it, browsers get JSON', async (t) => {
  const { inject } = await startTestApp(t);
  const ask = async (accept: string) =>
    String((await inject({ url: '/metrics', headers: { accept } })).headers['content-type']);

  t.match(
    await ask('application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.3,*/*;q=0.1'),
    'text/plain',
  );
  t.match(await ask('text/html,*/*'), 'application/json');
});

t.test('metrics require a request from this machine, or the token', async (t) => {
  const { inject } = await startTestApp(t, { METRICS_TOKEN: TOKEN });
  const ask = async (headers: Record<string, string>, remoteAddress = '127.0.0.1') =>
    (await inject({ url: '/metrics', headers, remoteAddress })).statusCode;

  t.equal(await ask({}), 200);
  t.equal(await ask({}, '::1'), 200);
  t.equal(await ask({}, '::ffff:127.0.0.1'), 200);
  t.equal(await ask({}, '10.0.0.9'), 401);
  for (const name of [
    'x-forwarded-for',
    'forwarded',
    'x-real-ip',
    'via',
    'x-forwarded-proto',
    'x-forwarded-host',
  ])
    t.equal(await ask({ [name]: '127.0.0.1' }), 401, name);
  t.equal(await ask({ authorization: `Bearer ${TOKEN}`, 'x-forwarded-for': '10.0.0.9' }, '10.0.0.1'), 200);
  t.equal(await ask({ authorization: `Bearer ${TOKEN}x` }, '10.0.0.9'), 401);
  t.equal(await ask({ authorization: 'Bearer x' }), 401, 'a wrong token is wrong on this machine too');
});

t.test('without a configured token every remote request is refused', async (t) => {
  const { inject } = await startTestApp(t);
  const authorization = 'Bearer undefined';

  t.equal(
    (await inject({ url: '/metrics', remoteAddress: '10.0.0.9', headers: { authorization } })).statusCode,
    401,
  );
  t.equal((await inject({ url: '/metrics?token=x' })).statusCode, 400);
});

t.test('the JSON has the figures of its own scrape', async (t) => {
  const { inject } = await startTestApp(t);
  const readCpu = async () =>
    (await inject({ url: '/metrics' })).json<{ process: { cpuSeconds: number } }>().process.cpuSeconds;
  const before = await readCpu();
  const usedBefore = process.cpuUsage().user;
  while (process.cpuUsage().user - usedBefore < 300_000);

  t.ok((await readCpu()) - before >= 0.3);
});

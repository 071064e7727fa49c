import { checkWithPromtool, openFleet, parseMetrics, waitFor } from '@mcp-server/testing';
import t from 'tap';

import { openAdminPort } from './admin-port.ts';
import { buildMetrics } from './metrics.ts';

const TOKEN = 'scrape-Jm3tQv8wXz2LrKp6HsNd9BcYf4GaTe7U';

t.test('a worker exposes its metrics in a text that scrapers and promtool read', async (t) => {
  const fleet = await openFleet(t);
  const worker = await fleet.startWorker();
  const id = await fleet.submit();
  await fleet.reach(id, 'completed');
  const page = `http://127.0.0.1:${String(worker.started['port'])}/metrics`;

  const text = await waitFor('the execution in the metrics', async () => {
    const body = await (await fetch(page)).text();
    return body.includes('mcp_executions_total{status="completed"} 1') && body;
  });
  const names = new Set(parseMetrics(text).map(({ name }) => name));
  for (const name of [
    'mcp_attempts_total',
    'mcp_attempt_seconds',
    'process_cpu_seconds_total',
    'nodejs_eventloop_lag_p99_seconds',
  ])
    t.ok(names.has(name), name);
  t.equal(await checkWithPromtool(text), '');
  t.notMatch(text, new RegExp(id));
});

t.test('with a token, metrics require it, and health stays open', async (t) => {
  const { registry } = buildMetrics();
  const readiness = async () => ({ ready: true });
  const port = await openAdminPort('127.0.0.1', 0, { metricsToken: TOKEN, registry, readiness });
  t.teardown(() => port.close());
  const ask = async (path: string, headers: Record<string, string> = {}) =>
    (await fetch(`http://127.0.0.1:${port.port}${path}`, { headers })).status;

  t.equal(await ask('/metrics'), 401);
  t.equal(await ask('/metrics', { authorization: `Bearer ${TOKEN}x` }), 401);
  t.equal(await ask('/metrics', { authorization: `Bearer ${TOKEN}` }), 200);
  t.equal(await ask('/health'), 200);
});

t.test('without a token, metrics are for callers on this machine that no proxy stands for', async (t) => {
  const { registry } = buildMetrics();
  const readiness = async () => ({ ready: true });
  const port = await openAdminPort('127.0.0.1', 0, { metricsToken: undefined, registry, readiness });
  t.teardown(() => port.close());
  const ask = async (headers: Record<string, string>) =>
    (await fetch(`http://127.0.0.1:${port.port}/metrics`, { headers })).status;

  t.equal(await ask({}), 200);
  for (const name of ['forwarded', 'via', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip'])
    t.equal(await ask({ [name]: '192.0.2.1' }), 401, name);
});

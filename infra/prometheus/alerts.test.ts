import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { provideExecutable, runCommand } from '@mcp-server/local';
import t from 'tap';

const PROMTOOL = { name: 'promtool', packageName: 'prometheus', advice: 'This test needs promtool on PATH.' };
const place = (name: string) => join(import.meta.dirname, name);
const SOURCES = ['api/src/metrics.ts', 'worker/src/metrics.ts'].map((path) => `../../packages/${path}`);

const promtool = await provideExecutable(PROMTOOL, (line) => t.comment(line));

t.test('Prometheus takes the configuration and the rules', async (t) => {
  await t.resolves(runCommand([promtool, 'check', 'config', '--syntax-only', place('prometheus.yml')]));
  await t.resolves(runCommand([promtool, 'check', 'rules', place('alerts.yml')]));
});

t.test('each alert fires at the right time and not before', async (t) => {
  t.match(await runCommand([promtool, 'test', 'rules', place('alerts.test.yml')]), 'SUCCESS');
  const tested = readFileSync(place('alerts.test.yml'), 'utf8');
  for (const [, name] of readFileSync(place('alerts.yml'), 'utf8').matchAll(/alert: (\w+)/g)) {
    t.equal(
      tested.split(`alertname: ${name}`).length - 1,
      2,
      `${name} is tested without and with the problem`,
    );
  }
});

t.test('the rules name metrics that the processes have', async (t) => {
  const sources = SOURCES.map((path) => readFileSync(new URL(path, import.meta.url), 'utf8')).join('\n');
  const named = readFileSync(place('alerts.yml'), 'utf8').match(/\bmcp_\w+/g) ?? [];

  t.ok(named.length > 0);
  for (const name of named) t.match(sources, `'${name.replace(/_count$/, '')}'`);
});

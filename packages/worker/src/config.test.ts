import { readFile } from 'node:fs/promises';
import { parseEnv } from 'node:util';

import { loadConfig } from '@mcp-server/shared';
import t from 'tap';

import { WorkerEnv } from './config.ts';

const EXAMPLE = new URL('../../../.env.example', import.meta.url);

t.test('.env.example names every setting of a worker, with its default', async (t) => {
  const example = parseEnv(await readFile(EXAMPLE, 'utf8'));

  for (const name of Object.keys(WorkerEnv.shape)) t.ok(name in example, name);
  t.same(loadConfig(WorkerEnv, example), loadConfig(WorkerEnv, {}));
});

t.test('pools and packages are lists', async (t) => {
  const config = loadConfig(WorkerEnv, { WORKER_POOLS: 'default, gpu ,', PLUGINS: '' });

  t.same(config.WORKER_POOLS, ['default', 'gpu']);
  t.same(config.PLUGINS, []);
});

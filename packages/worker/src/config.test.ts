import { loadConfig } from '@mcp-server/shared';
import t from 'tap';

import { WorkerEnv } from './config.ts';

t.test('pools and packages are lists', async (t) => {
  const config = loadConfig(WorkerEnv, { WORKER_POOLS: 'default, gpu ,', PLUGINS: '' });

  t.same(config.WORKER_POOLS, ['default', 'gpu']);
  t.same(config.PLUGINS, []);
});

import t from 'tap';
import { z } from 'zod';

import { ConfigError, loadConfig } from './load.ts';
import { logConfig, storesConfig } from './pieces.ts';

const Env = z.object({ ...storesConfig, ...logConfig, SECRET: z.string().min(32).optional() });

t.test('an empty environment gives the defaults', async (t) => {
  const config = loadConfig(Env, {});

  t.match(config, { REDIS_PREFIX: 'mcp', LOG_LEVEL: 'info' });
  t.ok(Object.isFrozen(config));
});

t.test('an empty variable counts as unset', async (t) => {
  t.equal(loadConfig(Env, { LOG_LEVEL: '' }).LOG_LEVEL, 'info');
});

t.test('all problems are reported at once, without values', async (t) => {
  const load = () =>
    loadConfig(Env, { REDIS_URL: 'http://hunter2', SECRET: 'hunter2', LOG_LEVEL: 'hunter2' });

  const error = t.throws(load) as unknown as ConfigError;
  t.type(error, ConfigError);
  for (const name of ['REDIS_URL', 'SECRET', 'LOG_LEVEL']) t.match(error.message, name);
  t.notMatch(error.message, 'hunter2');
});

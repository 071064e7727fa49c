import { randomBytes } from 'node:crypto';

import t from 'tap';

import { loadApiEnv } from './config.ts';
import { isWeakSecret } from './secrets.ts';

const STORES = { MONGODB_URI: 'mongodb://127.0.0.1/mcp', REDIS_URL: 'redis://127.0.0.1' };
const draw = () => randomBytes(32).toString('hex');

t.test('typed secrets are weak', async (t) => {
  for (const secret of [
    '',
    'short',
    'a'.repeat(40),
    'abcdefgh'.repeat(5),
    'hunter2-hunter2-hunter2-hunter2-hunter2-',
    'abcdefghijklmnopqrstuvwxyz0123456789',
    'zyxwvutsrqponmlkjihgfedcba9876543210',
    '01234567890123456789012345678901abcdefgh',
    'qwertyuiopasdfghjklzxcvbnm1234567890',
    'change-me-change-me-please-change-me-now',
    'your-super-secret-jwt-key-of-32-characters',
  ])
    t.ok(isWeakSecret(secret), secret);
});

t.test('generated secrets are not', async (t) => {
  const encodings = ['hex', 'base64', 'base64url'] as const;
  for (const encoding of encodings)
    for (let count = 0; count < 2_000; count += 1) {
      const secret = randomBytes(24).toString(encoding);
      if (isWeakSecret(secret)) t.fail(secret);
    }
  t.notOk(isWeakSecret(draw()));
});

t.test('one secret in two settings is refused, and its value is not printed', async (t) => {
  const secret = draw();
  const other = { JWT_SECRET: draw(), REFRESH_TOKEN_SECRET: draw() };

  for (const changes of [
    { JWT_SECRET: secret, REFRESH_TOKEN_SECRET: secret },
    { JWT_SECRET: secret, ADMIN_API_KEY: secret },
    { ADMIN_API_KEY: secret, METRICS_TOKEN: secret },
  ]) {
    const [first, second] = Object.keys(changes);
    t.throws(() => loadApiEnv({ ...STORES, ...other, ...changes }), {
      message: new RegExp(`${second}: must differ from ${first}`),
    });
    try {
      loadApiEnv({ ...STORES, ...other, ...changes });
    } catch (error) {
      t.notMatch(String(error), secret);
    }
  }
  t.throws(() => loadApiEnv({ ...STORES, ...other, JWT_SECRET: `${draw()},${other.REFRESH_TOKEN_SECRET}` }), {
    message: /REFRESH_TOKEN_SECRET: must differ/,
  });
  t.ok(loadApiEnv({ ...STORES, ...other, JWT_SECRET: `${draw()},${draw()}` }));
  t.throws(() => loadApiEnv({ ...STORES, ...other, HOST: '0.0.0.0', JWT_SECRET: `${draw()},short` }), {
    message: /JWT_SECRET: is weak/,
  });
});

t.test('an unknown NODE_ENV is refused: it would not be production', async (t) => {
  for (const name of ['prod', 'Production', 'staging'])
    t.throws(() => loadApiEnv({ ...STORES, NODE_ENV: name }), { message: /NODE_ENV/ }, name);
});

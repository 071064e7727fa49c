import { loadConfig } from '@mcp-server/shared';
import t from 'tap';

import { WorkerEnv } from './config.ts';

t.test('pools and packages are lists', async (t) => {
  const config = loadConfig(WorkerEnv, { WORKER_POOLS: 'default, gpu ,', PLUGINS: '' });

  t.same(config.WORKER_POOLS, ['default', 'gpu']);
  t.same(config.PLUGINS, []);
});

const KEY = '3f9c1b7e5a2d8046c1e7b95f03da6482917c5ebf28d4a063e9b1750fc846ad32';
const MAIL = {
  SMTP_URL: 'smtps://user:pass@mail.example.com',
  MAIL_FROM: 'Example <noreply@example.com>',
  PUBLIC_URL: 'https://mcp.example.com',
  SECRETS_KEY: KEY,
};

t.test('mail needs all of its settings, and messages contain no value', async (t) => {
  t.match(loadConfig(WorkerEnv, MAIL), { MAIL_FROM: MAIL.MAIL_FROM });
  for (const name of ['MAIL_FROM', 'PUBLIC_URL', 'SECRETS_KEY'])
    t.throws(() => loadConfig(WorkerEnv, { ...MAIL, [name]: '' }), {
      message: `The environment is not usable:\n  ${name}: must be set, because SMTP_URL is`,
    });
  for (const [name, value] of [
    ['SMTP_URL', 'http://marker@mail.example.com'],
    ['SMTP_URL', 'smtp://user:mar%ker@mail.example.com'],
    ['SMTP_URL', 'smtp://mail.example.com/marker'],
    ['SMTP_URL', 'smtp://mail.example.com?marker=1'],
    ['MAIL_FROM', 'marker'],
    ['MAIL_FROM', 'marker@example.com>, <other@example.com'],
    ['MAIL_FROM', 'x\r\nBcc: marker@example.com <noreply@example.com>'],
  ] as const) {
    const error = t.throws(() => loadConfig(WorkerEnv, { ...MAIL, [name]: value })) as unknown as Error;
    t.match(error.message, new RegExp(`^The environment is not usable:\n  ${name}: `), value);
    t.notMatch(error.message, /marker|mar%ker/);
  }
});

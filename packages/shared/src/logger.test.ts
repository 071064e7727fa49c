import { PassThrough } from 'node:stream';

import t from 'tap';

import { buildLogger } from './logger.ts';

t.test('secrets never reach a log line, up to three levels deep', async (t) => {
  const destination = new PassThrough();
  const log = buildLogger({ name: 'test', level: 'info', destination });

  log.info(
    {
      password: 'canary-1',
      user: { passwordHash: 'canary-2', apiKey: 'canary-3' },
      req: { headers: { authorization: 'Bearer canary-4', 'x-api-key': 'canary-5', cookie: 'canary-6' } },
      execution: { payload: 'canary-7', result: 'canary-8' },
    },
    'constant text',
  );

  const line = String(destination.read());
  t.notMatch(line, /canary/);
  t.match(JSON.parse(line), { msg: 'constant text', password: '[redacted]' });
});

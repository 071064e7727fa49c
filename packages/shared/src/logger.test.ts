import { PassThrough } from 'node:stream';

import t from 'tap';

import { buildLogger } from './logger.ts';

t.test('secrets never reach a log line, however deep they are nested', async (t) => {
  const destination = new PassThrough();
  const log = buildLogger({ name: 'test', level: 'info', destination });

  log.info(
    {
      password: 'canary-1',
      user: { passwordHash: 'canary-2', apiKey: 'canary-3' },
      req: { headers: { authorization: 'Bearer canary-4', 'x-api-key': 'canary-5', cookie: 'canary-6' } },
      execution: { payload: 'canary-7', result: 'canary-8' },
      list: [{ token: 'canary-9' }, { inner: { deep: { secret: 'canary-10' } } }],
      err: Object.assign(new Error('failed'), { token: 'canary-11', command: { key: 'canary-12' } }),
    },
    'constant text',
  );

  const line = String(destination.read());
  t.notMatch(line, /canary/);
  t.match(JSON.parse(line), { msg: 'constant text', password: '[redacted]' });
});

t.test('bindings of a child are masked too, and the logged objects stay unchanged', async (t) => {
  const destination = new PassThrough();
  const log = buildLogger({ name: 'test', level: 'info', destination });
  const user = { name: 'mary', password: 'canary-1' };

  log
    .child({ requestId: 'one', apiKey: 'canary-2' })
    .info({ other: user, count: 3, list: [1, 2], at: new Date(0) }, 'constant text');

  const line = String(destination.read());
  t.notMatch(line, /canary/);
  t.match(JSON.parse(line), {
    name: 'test',
    requestId: 'one',
    apiKey: '[redacted]',
    other: { name: 'mary', password: '[redacted]' },
    count: 3,
    list: [1, 2],
    at: '1970-01-01T00:00:00.000Z',
  });
  t.equal(user.password, 'canary-1');
});

t.test('an error keeps its type, message and stack, and a circular object ends', async (t) => {
  const destination = new PassThrough();
  const log = buildLogger({ name: 'test', level: 'info', destination });
  const circle: Record<string, unknown> = { password: 'canary-1' };
  circle['self'] = circle;

  log.warn({ err: new TypeError('broken', { cause: new Error('because') }), circle }, 'constant text');

  const line = String(destination.read());
  t.match(JSON.parse(line), { err: { type: 'TypeError', message: /broken/, stack: /because/ } });
});

t.test('an error shows neither the arguments of its Redis command nor an invalid URL', async (t) => {
  const destination = new PassThrough();
  const log = buildLogger({ name: 'test', level: 'info', destination });
  const refused = Object.assign(new Error('WRONGPASS'), {
    command: { name: 'auth', args: ['mcp', 'canary-1'] },
  });
  const invalid = t.throws(() => new URL('redis://:canary-2@:x'));

  log.info({ err: refused }, 'one');
  log.info({ err: invalid }, 'two');

  const text = String(destination.read());
  t.notMatch(text, /canary/);
  t.match(text, /"command":\{"name":"auth"\}.*Invalid URL/s);
});

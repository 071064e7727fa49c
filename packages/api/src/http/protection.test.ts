import t from 'tap';

import { startTestApp } from '../testing/test-app.ts';

const PAGE = 'https://app.example.com';

t.test('only configured origins may read responses', async (t) => {
  const { inject } = await startTestApp(t, { CORS_ORIGIN: `${PAGE}, http://localhost:5173` });
  const ask = (origin: string) => inject({ url: '/health', headers: { origin } });

  for (const origin of [PAGE, 'http://localhost:5173']) {
    t.equal((await ask(origin)).headers['access-control-allow-origin'], origin);
  }
  for (const origin of [
    'https://evil',
    'null',
    `${PAGE}.evil`,
    `${PAGE}:8443`,
    'http://app.example.com',
    'https://evil-app.example.com',
    'https://app.example.com/',
    'HTTPS://APP.EXAMPLE.COM',
  ]) {
    const reply = await ask(origin);
    t.notOk('access-control-allow-origin' in reply.headers, origin);
    t.match(reply.headers.vary, /origin/i);
  }
});

t.test('a preflight is answered for configured origins, without credentials', async (t) => {
  const { inject } = await startTestApp(t, { CORS_ORIGIN: PAGE });
  const ask = (origin: string) =>
    inject({
      method: 'OPTIONS',
      url: '/api/tasks',
      headers: {
        origin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization',
      },
    });

  const named = await ask(PAGE);
  const other = await ask('https://evil');

  t.equal(named.statusCode, 204);
  t.match(named.headers, {
    'access-control-allow-origin': PAGE,
    'access-control-allow-methods': /POST/,
    'access-control-allow-headers': 'authorization',
  });
  t.notOk('access-control-allow-credentials' in named.headers);
  t.notOk('access-control-allow-origin' in other.headers);
});

t.test('without a setting no origin may read responses', async (t) => {
  const { inject } = await startTestApp(t);

  const reply = await inject({ url: '/health', headers: { origin: PAGE } });

  t.notOk('access-control-allow-origin' in reply.headers);
});

t.test('responses carry headers that keep browsers from running or framing them', async (t) => {
  const { inject } = await startTestApp(t);

  for (const url of ['/health', '/api/tasks', '/nowhere']) {
    t.match((await inject({ url })).headers, {
      'content-security-policy': /default-src 'none'/,
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'SAMEORIGIN',
      'strict-transport-security': String,
      'referrer-policy': 'no-referrer',
    });
  }
});

t.test('caches must not keep a response unless its route allows it', async (t) => {
  const test = await startTestApp(t);

  const login = await test.inject({
    method: 'POST',
    url: '/api/auth/login',
    payload: { email: 'nobody@example.com', password: 'Test123456' },
  });
  const page = await test.inject({ url: '/admin/login' });

  t.equal(login.headers['cache-control'], 'no-store');
  t.equal(page.headers['cache-control'], 'no-cache');
});

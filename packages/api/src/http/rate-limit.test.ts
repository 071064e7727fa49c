import { once } from 'node:events';
import { createServer } from 'node:net';

import t from 'tap';

import { startApp, startTestApp, type TestApp } from '../testing/test-app.ts';

const login = (email: string, password: string, remoteAddress: string) => ({
  method: 'POST' as const,
  url: '/api/auth/login',
  payload: { email, password },
  remoteAddress,
});

const [RIGHT, WRONG] = ['Test123456', 'Wrong-123456'];
const MARY = 'mary@example.com';

async function codesOf(test: TestApp, requests: Parameters<TestApp['inject']>[0][]): Promise<number[]> {
  const codes: number[] = [];
  for (const request of requests) codes.push((await test.inject(request)).statusCode);
  return codes;
}

/** A port on which nothing listens. */
async function closedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}

t.test('after 10 wrong passwords an address waits, the owner elsewhere does not', async (t) => {
  const test = await startTestApp(t);
  await test.signUp('mary');

  const wrong = await codesOf(
    test,
    Array.from({ length: 10 }, () => login(MARY, WRONG, '10.0.0.1')),
  );
  const refused = await test.inject(login(MARY, RIGHT, '10.0.0.1'));
  const elsewhere = await test.inject(login(MARY, RIGHT, '10.0.0.2'));

  t.same(new Set(wrong), new Set([401]));
  t.equal(refused.statusCode, 429);
  t.match(refused.headers['content-type'], /^application\/problem\+json/);
  t.match(refused.json(), { code: 'too_many_requests', status: 429 });
  const seconds = Number(refused.headers['retry-after']);
  t.ok(seconds > 0 && seconds <= 900, `${seconds}`);
  t.equal(elsewhere.statusCode, 200);
});

t.test('right passwords cost nothing', async (t) => {
  const test = await startTestApp(t, { AUTH_LIMIT_FAILURES: '2' });
  await test.signUp('mary');

  t.same(
    new Set(
      await codesOf(
        test,
        Array.from({ length: 12 }, () => login(MARY, RIGHT, '10.0.0.1')),
      ),
    ),
    new Set([200]),
  );
});

t.test('many wrong passwords at once do not slip through', async (t) => {
  const test = await startTestApp(t, { AUTH_LIMIT_FAILURES: '3' });
  await test.signUp('mary');

  const replies = await Promise.all(
    Array.from({ length: 12 }, () => test.inject(login(MARY, WRONG, '10.0.0.1'))),
  );

  t.equal(replies.filter((reply) => reply.statusCode === 401).length, 3);
  t.equal(replies.filter((reply) => reply.statusCode === 429).length, 9);
});

t.test('another e-mail with each try does not move the limit of an address', async (t) => {
  const test = await startTestApp(t, { AUTH_LIMIT_FAILURES: '2' });

  const codes = await codesOf(
    test,
    Array.from({ length: 11 }, (_, index) => login(`nobody${index}@example.com`, WRONG, '10.0.0.1')),
  );

  t.same(codes, [...Array.from({ length: 10 }, () => 401), 429]);
});

t.test(
  'one account from many addresses is limited too, and another spelling is the same account',
  async (t) => {
    const test = await startTestApp(t, { AUTH_LIMIT_FAILURES: '1' });
    await test.signUp('mary');

    const codes = await codesOf(
      test,
      Array.from({ length: 11 }, (_, index) =>
        login(index % 2 ? MARY : 'MARY@example.com', WRONG, `10.0.1.${index}`),
      ),
    );

    t.same(codes, [...Array.from({ length: 10 }, () => 401), 429]);
  },
);

t.test('an IPv6 network is one address, and a mapped IPv4 address is itself', async (t) => {
  const test = await startTestApp(t, { AUTH_LIMIT_FAILURES: '1' });

  const codes = await codesOf(test, [
    login(MARY, WRONG, '2001:db8:1:2::1'),
    login(MARY, WRONG, '2001:db8:1:2:ffff::9'),
    login(MARY, WRONG, '2001:db8:1:3::1'),
    login(MARY, WRONG, '::ffff:10.0.0.7'),
    login(MARY, WRONG, '10.0.0.7'),
    login(MARY, WRONG, '::ffff:10.0.0.8'),
  ]);

  t.same(codes, [401, 429, 401, 401, 429, 401]);
});

t.test('refresh, reset and register are limited by address', async (t) => {
  const test = await startTestApp(t, { AUTH_LIMIT_FAILURES: '1' });
  const post = (url: string, payload: object) => ({ method: 'POST' as const, url, payload });
  const many = (make: (index: number) => object, url: string) =>
    codesOf(
      test,
      Array.from({ length: 6 }, (_, index) => post(url, make(index))),
    );

  const refreshed = await many(() => ({ refreshToken: 'made-up' }), '/api/auth/refresh');
  const reset = await many(
    (index) => ({ token: `${String(index).padStart(24, '0')}.${'A'.repeat(43)}`, password: RIGHT }),
    '/api/auth/reset-password',
  );
  const registered = await many(
    (index) => ({ email: `a${index}@example.com`, username: `account${index}`, password: RIGHT }),
    '/api/auth/register',
  );

  t.same(refreshed, [401, 401, 401, 401, 401, 429]);
  t.same(reset, [400, 400, 400, 400, 400, 429]);
  t.same(registered, [201, 201, 201, 201, 201, 429]);
});

t.test('requests are limited by user, whichever key or session, and without a user by address', async (t) => {
  const test = await startTestApp(t, { RATE_LIMIT_MAX_REQUESTS: '5' });
  const mary = await test.signUp('mary');
  const john = await test.signUp('john');
  const payload = { name: 'key', scopes: ['mcp'] };
  const url = '/api/auth/api-key/generate';
  const made = await test.inject({ method: 'POST', url, headers: mary.headers, payload });
  const { key } = made.json<{ key: string }>();
  const profile = (headers: Record<string, string>) => ({ url: '/api/auth/profile', headers });

  const mine = await codesOf(test, [
    profile(mary.headers),
    profile({ 'x-api-key': key }),
    profile(mary.headers),
    profile({ 'x-api-key': key }),
    profile(mary.headers),
  ]);
  const [hers] = await codesOf(test, [profile(john.headers)]);
  const guesses = await codesOf(
    test,
    Array.from({ length: 5 }, () => ({
      ...profile({ authorization: 'Bearer a.b.c' }),
      remoteAddress: '10.0.0.9',
    })),
  );
  const [next] = await codesOf(test, [{ ...profile({}), remoteAddress: '10.0.0.9' }]);
  const probes = await codesOf(
    test,
    Array.from({ length: 8 }, () => ({ url: '/health' })),
  );

  t.same(mine, [200, 200, 200, 200, 429]);
  t.equal(hers, 200);
  t.same(guesses, [401, 401, 401, 401, 401]);
  t.equal(next, 429);
  t.same(new Set(probes), new Set([200]));
});

t.test('every response but that of a probe reports the limit', async (t) => {
  const test = await startTestApp(t, { RATE_LIMIT_MAX_REQUESTS: '4' });
  const { headers } = await test.signUp('mary');
  const anonymous = { remoteAddress: '10.0.0.9' };

  const mine = [
    await test.inject({ url: '/api/auth/profile', headers }),
    await test.inject({ url: '/api/queues', headers }),
    await test.inject({ method: 'POST', url: '/mcp', headers, payload: {} }),
    await test.inject({ url: '/api/auth/profile', headers }),
    await test.inject({ url: '/api/auth/profile', headers }),
  ];
  const others = [
    await test.inject({ url: '/ws/info', ...anonymous }),
    await test.inject({ url: '/nowhere', ...anonymous }),
    await test.inject({ url: '/api/auth/profile', ...anonymous }),
    await test.inject({
      url: '/api/auth/profile',
      headers: { ...headers, 'x-api-key': 'mcp_a' },
      ...anonymous,
    }),
    await test.inject({ url: '/ws/info', ...anonymous }),
  ];
  const probe = await test.inject({ url: '/health', ...anonymous });

  const codes = (replies: typeof mine) => replies.map(({ statusCode }) => statusCode);
  t.same(codes(mine), [200, 403, mine[2]?.statusCode, 200, 429]);
  t.same(codes(others), [200, 404, 401, 400, 429]);
  for (const replies of [mine, others]) {
    t.same(
      replies.map((reply) => [reply.headers['ratelimit-limit'], reply.headers['ratelimit-remaining']].join()),
      ['4,3', '4,2', '4,1', '4,0', '4,0'],
    );
    for (const reply of replies) {
      const seconds = Number(reply.headers['ratelimit-reset']);
      t.ok(seconds > 0 && seconds <= 60, `${seconds}`);
    }
  }
  t.equal(mine[4]?.headers['retry-after'], mine[4]?.headers['ratelimit-reset']);
  t.same(
    Object.keys(probe.headers).filter((name) => name.startsWith('ratelimit')),
    [],
  );
});

t.test('two processes count together', async (t) => {
  const test = await startTestApp(t, { AUTH_LIMIT_FAILURES: '2' });
  const other = await startApp(t, { ...test.env, AUTH_LIMIT_FAILURES: '2' });

  const codes = [];
  for (const { inject } of [test, other, test, other]) {
    codes.push((await inject(login(MARY, WRONG, '10.0.0.1'))).statusCode);
  }

  t.same(codes, [401, 401, 429, 429]);
});

t.test('while Redis is down requests pass and login stays limited', async (t) => {
  const test = await startTestApp(t, {
    REDIS_URL: `redis://127.0.0.1:${await closedPort()}`,
    AUTH_LIMIT_FAILURES: '3',
  });
  await test.signUp('mary');

  const codes = await codesOf(
    test,
    Array.from({ length: 4 }, () => login(MARY, WRONG, '10.0.0.1')),
  );
  const elsewhere = await test.inject(login(MARY, RIGHT, '10.0.0.2'));

  t.same(codes, [401, 401, 401, 429]);
  t.equal(elsewhere.statusCode, 200);
});

t.test('Redis holds no e-mail address', async (t) => {
  const test = await startTestApp(t);
  await test.inject(login(MARY, WRONG, '10.0.0.1'));

  const keys = await test.redis.keys(`${test.prefix}:limit:*`);

  t.ok(keys.length > 2);
  t.notMatch(keys.join(' '), /mary|example/);
});

t.test('only a configured proxy may report the address of a client', async (t) => {
  const untrusting = await startTestApp(t, { AUTH_LIMIT_FAILURES: '1' });
  const behindProxy = await startTestApp(t, { AUTH_LIMIT_FAILURES: '1', TRUST_PROXY: '10.9.9.9' });
  const from = (remoteAddress: string, forwarded: string) => ({
    ...login(MARY, WRONG, remoteAddress),
    headers: { 'x-forwarded-for': forwarded },
  });

  const direct = await codesOf(untrusting, [from('10.0.0.1', '6.6.6.6'), from('10.0.0.1', '7.7.7.7')]);
  const pastProxy = await codesOf(behindProxy, [from('10.0.0.1', '6.6.6.6'), from('10.0.0.1', '7.7.7.7')]);
  const byProxy = await codesOf(behindProxy, [
    from('10.9.9.9', '8.8.8.8'),
    from('10.9.9.9', '9.9.9.9'),
    // The client's own entry precedes the one that the proxy appended.
    from('10.9.9.9', '1.1.1.1, 8.8.8.8'),
  ]);

  t.same(direct, [401, 429]);
  t.same(pastProxy, [401, 429]);
  t.same(byProxy, [401, 401, 429]);
});

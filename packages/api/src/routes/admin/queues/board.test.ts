import { waitFor } from '@mcp-server/testing';
import t from 'tap';

import { ECHO, publishSample, startTestApp, type TestApp } from '../../../testing/test-app.ts';

const PASSWORD = 'Test123456';

/** The cookie that the response sets, ready to be sent back. */
async function enter({ inject }: TestApp, options: object): Promise<{ cookie: string; header: string }> {
  const reply = await inject({ method: 'POST', url: '/api/auth/dashboard-session', ...options });
  const header = String(reply.headers['set-cookie']);
  return { cookie: header.split(';')[0] ?? '', header };
}

t.test('an admin gets in by session or password, and sees the queues of the catalogue', async (t) => {
  const test = await startTestApp(t);
  await publishSample(test);
  const { headers } = await test.signUp('root', 'admin');
  await test.inject({
    method: 'POST',
    url: '/mcp/execute',
    headers: { ...headers, prefer: 'respond-async' },
    payload: ECHO,
  });

  const bySession = await enter(test, { headers });
  const byPassword = await enter(test, { payload: { email: 'root@example.com', password: PASSWORD } });
  t.match(bySession.header, /; Max-Age=1800; Path=\/admin; HttpOnly; SameSite=Strict$/);
  for (const { cookie } of [bySession, byPassword]) {
    const page = await test.inject({ url: '/admin/queues/', headers: { cookie, accept: 'text/html' } });
    t.equal(page.statusCode, 200);
    t.match(page.headers['content-security-policy'], "script-src 'self'; ");
    t.match(page.body, '"hideRedisDetails":true');
    const queues = await test.inject({ url: '/admin/queues/api/queues', headers: { cookie } });
    t.match(queues.json(), {
      queues: [{ name: 'pool-default', counts: { prioritized: 1 }, readOnlyMode: true }],
    });
  }
  t.match((await test.inject({ url: '/admin/queues/api/queues', headers })).statusCode, 200);
});

t.test('others get in on no path', async (t) => {
  const test = await startTestApp(t);
  await publishSample(test);
  const admin = await test.signUp('root', 'admin');
  const user = await test.signUp('mary');
  const token = admin.headers.authorization.replace('Bearer ', '');
  const paths = [
    '/',
    '/api/queues',
    '/api/queues/pool-default/1',
    '/queue/pool-default',
    '/static/nothing.js',
  ];

  for (const path of paths) {
    const ask = (headers: Record<string, string>) => test.inject({ url: `/admin/queues${path}`, headers });
    t.equal((await ask({})).statusCode, 401, `anonymous ${path}`);
    t.equal((await ask(user.headers)).statusCode, 403, `user ${path}`);
    t.equal(
      (await ask({ cookie: `mcp_dashboard=${token}` })).statusCode,
      401,
      `an access token as cookie ${path}`,
    );
    t.equal((await ask({ cookie: 'mcp_dashboard=abc' })).statusCode, 401, `garbage ${path}`);
    const browser = await ask({ accept: 'text/html,*/*' });
    t.match([browser.statusCode, browser.headers.location], [302, '/admin/login'], `browser ${path}`);
  }
  const cookie = (await enter(test, { headers: admin.headers })).cookie.replace('mcp_dashboard=', '');
  const asToken = await test.inject({
    url: '/api/auth/profile',
    headers: { authorization: `Bearer ${cookie}` },
  });
  t.equal(asToken.statusCode, 401, 'the cookie as an access token');
});

t.test('only a page of this server can request the cookie, and only for an admin', async (t) => {
  const test = await startTestApp(t);
  const { headers } = await test.signUp('root', 'admin');
  const user = await test.signUp('mary');
  const ask = (options: object) =>
    test.inject({ method: 'POST', url: '/api/auth/dashboard-session', ...options });
  const payload = { email: 'root@example.com', password: PASSWORD };

  t.equal((await ask({})).statusCode, 401);
  t.equal((await ask({ headers: user.headers })).statusCode, 403);
  t.equal((await ask({ payload: { ...payload, email: 'mary@example.com' } })).statusCode, 403);
  t.equal(
    await test.models.SessionModel.countDocuments({ userId: user.id, revokedAt: { $exists: false } }),
    1,
  );
  t.equal((await ask({ payload: { ...payload, password: 'wrong' } })).statusCode, 401);
  t.equal((await ask({ headers: { ...headers, origin: 'https://evil.example' } })).statusCode, 403);
  t.equal((await ask({ headers: { 'sec-fetch-site': 'cross-site' }, payload })).statusCode, 403);
  t.match(
    (await ask({ headers: { origin: 'http://localhost', host: 'localhost' }, payload })).statusCode,
    204,
  );
});

t.test('the cookie ends with the session and with the role', async (t) => {
  const test = await startTestApp(t);
  const [one, two] = [await test.signUp('root', 'admin'), await test.signUp('mary')];
  await test.models.UserModel.updateOne({ username: 'mary' }, { $set: { role: 'admin' } });
  const [ofOne, ofTwo] = [
    await enter(test, { headers: one.headers }),
    await enter(test, { payload: { email: 'mary@example.com', password: PASSWORD } }),
  ];
  const statusOf = async ({ cookie }: { cookie: string }) =>
    (await test.inject({ url: '/admin/queues/api/queues', headers: { cookie } })).statusCode;
  t.same([await statusOf(ofOne), await statusOf(ofTwo)], [200, 200]);

  await test.inject({ method: 'POST', url: '/api/auth/logout', headers: one.headers });
  await test.models.UserModel.updateOne({ _id: two.id }, { $set: { role: 'user' } });
  await t.resolves(
    waitFor('both out', async () => (await statusOf(ofOne)) === 401 && (await statusOf(ofTwo)) === 403),
  );
});

t.test('queues are read-only; a setting makes them writable, for pages of this server only', async (t) => {
  const readOnly = await startTestApp(t);
  const writable = await startTestApp(t, { DASHBOARD_WRITE: '1' });
  for (const test of [readOnly, writable]) await publishSample(test);
  const put = async (test: TestApp, headers: Record<string, string>) => {
    const { cookie } = await enter(test, { payload: { email: 'root@example.com', password: PASSWORD } });
    const reply = await test.inject({
      method: 'PUT',
      url: '/admin/queues/api/queues/pool-default/pause',
      headers: { cookie, ...headers },
    });
    return reply.statusCode;
  };
  await readOnly.signUp('root', 'admin');
  await writable.signUp('root', 'admin');

  t.equal(await put(readOnly, {}), 403);
  t.equal(await put(writable, { origin: 'https://evil.example' }), 403);
  t.equal(await put(writable, { 'sec-fetch-site': 'cross-site' }), 403);
  t.equal(await put(writable, { origin: 'http://localhost', host: 'localhost' }), 200);
  const { cookie } = await enter(writable, { payload: { email: 'root@example.com', password: PASSWORD } });
  const shown = await writable.inject({ url: '/admin/queues/api/queues', headers: { cookie } });
  t.match(shown.json(), { queues: [{ readOnlyMode: false, allowRetries: false }] });
});

t.test('the login page runs no inline script', async (t) => {
  const { inject } = await startTestApp(t);
  const page = await inject({ url: '/admin/login' });
  t.match(page.body, /<form[^>]* method="post"/, 'without its script it puts no password into the URL');

  t.equal(page.statusCode, 200);
  t.notMatch(page.body, /<script>|<style>|\son\w+=/);
  for (const file of ['login.js', 'login.css'])
    t.equal((await inject({ url: `/admin/${file}` })).statusCode, 200);
});

import t from 'tap';

import { startTestApp } from '../../../testing/test-app.ts';

const account = (name: string, more: object = {}) => ({
  method: 'POST' as const,
  url: '/api/auth/register',
  payload: { email: `${name}@example.com`, username: name, password: 'Test123456', ...more },
});

t.test('of 20 concurrent registrations as first admin exactly one succeeds', async (t) => {
  const { inject, models } = await startTestApp(t);

  const replies = await Promise.all(
    Array.from({ length: 20 }, (_, index) => inject(account(`admin${index}`, { role: 'admin' }))),
  );

  const codes = replies.map((reply) => reply.statusCode).toSorted((a, b) => a - b);
  t.same(codes, [201, ...Array.from({ length: 19 }, () => 403)]);
  t.equal(await models.UserModel.countDocuments({ role: 'admin' }), 1);
  t.equal(replies.find((reply) => reply.statusCode === 403)?.json().code, 'admin_refused');
});

t.test('an account is created with a plain password, and the response has no hash', async (t) => {
  const { inject, models } = await startTestApp(t);

  const reply = await inject(account('mary'));

  t.equal(reply.statusCode, 201);
  t.match(reply.json(), { user: { email: 'mary@example.com', role: 'user' }, expiresIn: 900 });
  t.notMatch(reply.body, /password/i);
  t.match(await models.UserModel.findOne({ username: 'mary' }), { passwordHash: /^\$2b\$/ });
});

t.test('a taken e-mail or username gets 409', async (t) => {
  const { inject } = await startTestApp(t);
  await inject(account('mary'));

  const sameEmail = await inject(account('mary2', { email: 'MARY@example.com' }));
  const sameName = await inject(account('mary', { email: 'other@example.com' }));

  for (const reply of [sameEmail, sameName]) {
    t.equal(reply.statusCode, 409);
    t.equal(reply.json().code, 'account_exists');
  }
});

t.test('unknown fields, short and long passwords and operators are refused with their place', async (t) => {
  const { inject, models } = await startTestApp(t);

  for (const [more, pointer] of [
    [{ isAdmin: true }, '/isAdmin'],
    [{ _id: 'x' }, '/_id'],
    [{ password: 'x'.repeat(73) }, '/password'],
    [{ password: 'short' }, '/password'],
    [{ password: 'Kq-wZ.77\u0000tail' }, '/password'],
    [{ email: { $ne: null } }, '/email'],
    [{ role: 'root' }, '/role'],
  ] as const) {
    const reply = await inject(account('mary', more));
    t.equal(reply.statusCode, 400);
    t.match(reply.json(), { code: 'invalid_request', errors: [{ pointer }] });
  }
  t.equal(await models.UserModel.countDocuments(), 0);
});

t.test('a password that is easy to guess is refused with weak_password', async (t) => {
  const { inject, models } = await startTestApp(t);

  for (const password of ['password', '12345678']) {
    const reply = await inject(account('mary', { password }));
    t.equal(reply.statusCode, 400);
    t.match(reply.json(), {
      code: 'weak_password',
      detail: /easy to guess; choose a longer/,
      errors: [{ pointer: '/password', detail: /common password/ }],
    });
  }
  t.equal(await models.UserModel.countDocuments(), 0);
  t.equal((await inject(account('mary'))).statusCode, 201);
});

t.test('if a key is configured, registering as admin requires it', async (t) => {
  const key = 'k7Qw2Zx9Lr4Tn6Vb8Mc1Hs3Jd5Fg0Pye';
  const { inject, models } = await startTestApp(t, { ADMIN_API_KEY: key });

  const without = await inject(account('mary', { role: 'admin' }));
  const wrong = await inject({
    ...account('mary', { role: 'admin' }),
    headers: { 'x-admin-key': `${key}x` },
  });
  const right = await inject({ ...account('mary', { role: 'admin' }), headers: { 'x-admin-key': key } });
  const second = await inject({ ...account('john', { role: 'admin' }), headers: { 'x-admin-key': key } });

  t.same(
    [without, wrong, right, second].map((reply) => reply.statusCode),
    [403, 403, 201, 201],
  );
  t.equal(await models.UserModel.countDocuments({ role: 'admin', bootstrap: true }), 1);
});

t.test('in production registering as admin requires a configured key', async (t) => {
  const { inject } = await startTestApp(t, { NODE_ENV: 'production' });

  const reply = await inject(account('mary', { role: 'admin' }));

  t.equal(reply.statusCode, 403);
});

t.test('an admin can grant roles, a user cannot', async (t) => {
  const { inject, signUp } = await startTestApp(t);
  const admin = await signUp('admin', 'admin');
  const user = await signUp('user');

  const byAdmin = await inject({ ...account('dev', { role: 'developer' }), headers: admin.headers });
  const byUser = await inject({ ...account('dev2', { role: 'developer' }), headers: user.headers });
  const byNobody = await inject(account('dev3', { role: 'developer' }));
  const byForger = await inject({
    ...account('dev4', { role: 'developer' }),
    headers: { authorization: 'Bearer x.y.z' },
  });

  t.same(
    [byAdmin, byUser, byNobody, byForger].map((reply) => reply.statusCode),
    [201, 403, 403, 401],
  );
});

import { waitFor } from '@mcp-server/testing';
import t from 'tap';

import { type Account, startTestApp, type TestApp } from '../../../testing/test-app.ts';

const OLD = 'Test123456';
const NEW = 'Other-654321';

const login = (password: string) => ({
  method: 'POST' as const,
  url: '/api/auth/login',
  payload: { email: 'mary@example.com', password },
});
const profile = (accessToken: string) => ({
  url: '/api/auth/profile',
  headers: { authorization: `Bearer ${accessToken}` },
});
const change = ({ headers }: Pick<Account, 'headers'>, currentPassword: string, newPassword = NEW) => ({
  method: 'PUT' as const,
  url: '/api/auth/password',
  headers,
  payload: { currentPassword, newPassword },
});
const reset = (token: unknown, password = NEW) => ({
  method: 'POST' as const,
  url: '/api/auth/reset-password',
  payload: { token, password },
});

async function makeToken({ inject }: TestApp, admin: Account, id: string): Promise<string> {
  const url = `/api/users/${id}/reset-password`;
  const reply = await inject({ method: 'POST', url, headers: { ...admin.headers, host: 'evil' } });
  return reply.json<{ token: string }>().token;
}

t.test('a new password ends all other sessions and revokes every earlier token', async (t) => {
  const { inject, signUp } = await startTestApp(t);
  const mary = await signUp('mary');
  const other = (await inject(login(OLD))).json<{ accessToken: string; refreshToken: string }>();

  const changed = await inject(change(mary, OLD));

  t.equal(changed.statusCode, 200);
  const own = changed.json<{ accessToken: string; refreshToken: string }>();
  const refreshUrl = { method: 'POST' as const, url: '/api/auth/refresh' };
  const replies = [
    await inject(profile(own.accessToken)),
    await inject({ ...refreshUrl, payload: { refreshToken: own.refreshToken } }),
    await inject(login(NEW)),
    await inject(profile(mary.headers.authorization.slice(7))),
    await inject(profile(other.accessToken)),
    await inject({ ...refreshUrl, payload: { refreshToken: other.refreshToken } }),
    await inject(login(OLD)),
  ];
  t.same(
    replies.map((reply) => reply.statusCode),
    [200, 200, 200, 401, 401, 401, 401],
  );
});

t.test('a wrong current password changes nothing, and is limited as a login is', async (t) => {
  const { inject, signUp } = await startTestApp(t, { AUTH_LIMIT_FAILURES: '3' });
  const mary = await signUp('mary');

  const wrong = [];
  for (let count = 0; count < 4; count += 1) wrong.push(await inject(change(mary, 'Wrong-123456')));

  t.same(
    wrong.map((reply) => reply.statusCode),
    [401, 401, 401, 429],
  );
  t.equal((await inject(login(OLD))).statusCode, 200);
  t.equal((await inject(change(mary, OLD, 'short'))).statusCode, 400);
});

t.test('a change or a reset refuses a password that is easy to guess and leaves the old one', async (t) => {
  const test = await startTestApp(t);
  const admin = await test.signUp('admin', 'admin');
  const mary = await test.signUp('mary');
  const token = await makeToken(test, admin, mary.id);

  const replies = [
    ['/newPassword', await test.inject(change(mary, OLD, 'password'))],
    ['/password', await test.inject(reset(token, '12345678'))],
  ] as const;

  for (const [pointer, reply] of replies) {
    t.equal(reply.statusCode, 400);
    t.match(reply.json(), { code: 'weak_password', errors: [{ pointer }] });
  }
  t.equal((await test.inject(login(OLD))).statusCode, 200);
  t.equal((await test.inject(reset(token))).statusCode, 204, 'the token is still good');
});

t.test("a reset token sets the password once and ends the user's sessions", async (t) => {
  const test = await startTestApp(t);
  const admin = await test.signUp('admin', 'admin');
  const mary = await test.signUp('mary');
  const token = await makeToken(test, admin, mary.id);

  const first = await test.inject(reset(token));
  const second = await test.inject(reset(token, 'Third-123456'));

  t.equal(first.statusCode, 204);
  t.equal(first.body, '');
  t.equal(second.statusCode, 400);
  t.equal(second.json().code, 'reset_refused');
  t.equal((await test.inject(login(NEW))).statusCode, 200);
  t.equal((await test.inject(login(OLD))).statusCode, 401);
  t.equal((await test.inject(profile(mary.headers.authorization.slice(7)))).statusCode, 401);
});

t.test('of 20 who use a reset token at once exactly one sets the password', async (t) => {
  const test = await startTestApp(t, { AUTH_LIMIT_FAILURES: '1000' });
  const admin = await test.signUp('admin', 'admin');
  const mary = await test.signUp('mary');
  const token = await makeToken(test, admin, mary.id);
  const passwords = Array.from({ length: 20 }, (_, index) => `Password-${index}-abc`);

  const replies = await Promise.all(passwords.map((password) => test.inject(reset(token, password))));

  const codes = replies.map((reply) => reply.statusCode);
  t.equal(codes.filter((code) => code === 204).length, 1);
  t.equal(codes.filter((code) => code === 400).length, 19);
  t.equal((await test.inject(login(passwords[codes.indexOf(204)] ?? ''))).statusCode, 200);
});

t.test('missing, malformed, expired, replaced and forged tokens are refused', async (t) => {
  const test = await startTestApp(t, { AUTH_LIMIT_FAILURES: '1000' });
  const admin = await test.signUp('admin', 'admin');
  const mary = await test.signUp('mary');
  const replaced = await makeToken(test, admin, mary.id);
  const old = await makeToken(test, admin, mary.id);
  await test.models.UserModel.updateOne(
    { username: 'mary' },
    { $set: { resetExpiresAt: new Date(Date.now() - 1_000) } },
  );

  const madeUp = `${mary.id}.${'A'.repeat(43)}`;
  for (const token of [null, '', [], {}, { $ne: null }, undefined, 'undefined', madeUp, replaced, old]) {
    t.equal((await test.inject(reset(token))).statusCode, 400, JSON.stringify(token));
  }
  t.equal((await test.inject(login(OLD))).statusCode, 200);
});

t.test('a token is stored as a hash, and a changed password revokes it', async (t) => {
  const test = await startTestApp(t);
  const admin = await test.signUp('admin', 'admin');
  const mary = await test.signUp('mary');
  const token = await makeToken(test, admin, mary.id);

  const dump = JSON.stringify(await test.models.UserModel.find().lean());
  await test.inject(change(mary, OLD));

  t.notOk(dump.includes(token.slice(25)));
  t.equal((await test.inject(reset(token, 'Third-123456'))).statusCode, 400);
});

t.test('a token for a disabled account gives no access', async (t) => {
  const test = await startTestApp(t);
  const admin = await test.signUp('admin', 'admin');
  const mary = await test.signUp('mary');
  const token = await makeToken(test, admin, mary.id);
  await test.models.UserModel.updateOne({ username: 'mary' }, { $set: { isActive: false } });

  t.equal((await test.inject(reset(token))).statusCode, 400);
});

t.test('sessions are listed with the current one marked, and can be ended singly or together', async (t) => {
  const { inject, signUp } = await startTestApp(t);
  const mary = await signUp('mary');
  const john = await signUp('john');
  const other = (await inject(login(OLD))).json<{ accessToken: string }>();
  const url = '/api/auth/sessions';
  const list = async () =>
    (await inject({ url, headers: mary.headers })).json<{ items: { id: string; isCurrent: boolean }[] }>()
      .items;
  const sessions = await list();
  const otherId = sessions.find((session) => !session.isCurrent)?.id ?? '';

  const byStranger = await inject({ method: 'DELETE', url: `${url}/${otherId}`, headers: john.headers });
  const ended = await inject({ method: 'DELETE', url: `${url}/${otherId}`, headers: mary.headers });

  t.same(
    sessions.map((session) => session.isCurrent),
    [false, true],
  );
  t.same([byStranger.statusCode, ended.statusCode], [404, 204]);
  t.equal((await inject(profile(other.accessToken))).statusCode, 401);
  t.equal((await list()).length, 1);
  await inject({ method: 'POST', url: '/api/auth/logout-all', headers: mary.headers });
  t.equal((await inject({ url, headers: mary.headers })).statusCode, 401);
  t.equal((await inject({ url, headers: john.headers })).statusCode, 200);
});

t.test('a session that ended in another process is refused within a second', async (t) => {
  const { inject, signUp, models } = await startTestApp(t);
  const mary = await signUp('mary');
  const read = async () => (await inject(profile(mary.headers.authorization.slice(7)))).statusCode;
  t.equal(await read(), 200);
  await models.SessionModel.updateMany({}, { $set: { revokedAt: new Date() } });
  const endedAt = performance.now();

  await waitFor('the refusal', async () => (await read()) === 401, 5_000);

  t.ok(performance.now() - endedAt < 2_000);
});

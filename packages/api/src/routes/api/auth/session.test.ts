import t from 'tap';

import { startTestApp } from '../../../testing/test-app.ts';

const login = (payload: object) => ({ method: 'POST' as const, url: '/api/auth/login', payload });
const refresh = (refreshToken: string) => ({
  method: 'POST' as const,
  url: '/api/auth/refresh',
  payload: { refreshToken },
});

t.test('login requires the right password, and an unknown account looks like a wrong one', async (t) => {
  const { inject, signUp } = await startTestApp(t);
  await signUp('mary');

  const right = await inject(login({ email: 'Mary@Example.com', password: 'Test123456' }));
  const wrong = await inject(login({ email: 'mary@example.com', password: 'Test123457' }));
  const unknown = await inject(login({ email: 'john@example.com', password: 'Test123456' }));
  const tooLong = await inject(login({ email: 'mary@example.com', password: 'x'.repeat(100) }));

  t.same(
    [right, wrong, unknown, tooLong].map((reply) => reply.statusCode),
    [200, 401, 401, 401],
  );
  t.match(right.json(), { user: { username: 'mary', lastLoginAt: String }, refreshToken: String });
  const withoutId = (body: string) => body.replace(/"instance":"[^"]+"/, '');
  t.equal(withoutId(wrong.body), withoutId(unknown.body));
});

t.test('a password that only begins like the right one does not log in', async (t) => {
  const { inject } = await startTestApp(t);
  const password = 'p'.repeat(72);
  await inject({
    method: 'POST',
    url: '/api/auth/register',
    payload: { email: 'mary@example.com', username: 'mary', password },
  });

  const reply = await inject(login({ email: 'mary@example.com', password: `${password}other` }));

  t.equal(reply.statusCode, 401);
});

t.test('a disabled account loses access within a second, without a reason', async (t) => {
  const { inject, signUp, models, deps } = await startTestApp(t);
  const mary = await signUp('mary');
  await models.UserModel.updateOne({ username: 'mary' }, { $set: { isActive: false } });
  deps.userStates.forgetUser(mary.id);

  const profile = await inject({ url: '/api/auth/profile', headers: mary.headers });
  const again = await inject(login({ email: 'mary@example.com', password: 'Test123456' }));
  const refreshed = await inject(refresh(mary.refreshToken));

  t.same(
    [profile, again, refreshed].map((reply) => reply.statusCode),
    [401, 401, 401],
  );
  t.equal(again.json().code, 'bad_credentials');
});

t.test('of 20 refreshes of one token one wins, and its successor works', async (t) => {
  const { inject, signUp } = await startTestApp(t);
  const { refreshToken } = await signUp('mary');

  const replies = await Promise.all(Array.from({ length: 20 }, () => inject(refresh(refreshToken))));

  const winners = replies.filter((reply) => reply.statusCode === 200);
  t.equal(winners.length, 1);
  t.ok(replies.every((reply) => reply.statusCode === 200 || reply.statusCode === 401));
  const next = await inject(refresh(winners[0]?.json().refreshToken as string));
  t.equal(next.statusCode, 200);
});

t.test('an old refresh token that is used after the grace ends the session', async (t) => {
  const { inject, signUp, models } = await startTestApp(t);
  const { refreshToken } = await signUp('mary');
  const rotated = await inject(refresh(refreshToken));
  const elevenSecondsAgo = new Date(Date.now() - 11_000);
  await models.SessionModel.updateOne({}, { $set: { rotatedAt: elevenSecondsAgo } });

  const reused = await inject(refresh(refreshToken));
  const newest = await inject(refresh(rotated.json().refreshToken as string));

  t.equal(reused.statusCode, 401);
  t.equal(newest.statusCode, 401);
});

t.test('a token older than the replaced one ends the session at once', async (t) => {
  const { inject, signUp } = await startTestApp(t);
  const tokens = [(await signUp('mary')).refreshToken];
  // A thief who keeps refreshing must not keep the grace open.
  for (let turn = 0; turn < 2; turn += 1) {
    tokens.push((await inject(refresh(tokens.at(-1) ?? ''))).json().refreshToken as string);
  }
  const [oldest = '', replaced = '', latest = ''] = tokens;

  const merelyRefused = await inject(refresh(replaced));
  const next = await inject(refresh(latest));
  const reused = await inject(refresh(oldest));
  const newest = await inject(refresh(next.json().refreshToken as string));

  t.same(
    [merelyRefused, next, reused, newest].map((reply) => reply.statusCode),
    [401, 200, 401, 401],
  );
});

t.test('a made-up token of a known session does not end it', async (t) => {
  const { inject, signUp, models } = await startTestApp(t);
  const { refreshToken } = await signUp('mary');
  const rotated = await inject(refresh(refreshToken));
  await models.SessionModel.updateOne({}, { $set: { rotatedAt: new Date(0) } });
  const [family = ''] = refreshToken.split('.');

  const forged = await inject(refresh(`${family}.${'A'.repeat(43)}.${'A'.repeat(43)}`));
  const newest = await inject(refresh(rotated.json().refreshToken as string));

  t.equal(forged.statusCode, 401);
  t.equal(newest.statusCode, 200);
});

t.test('a session ends at its absolute end, however often it was refreshed', async (t) => {
  const { inject, signUp, models } = await startTestApp(t);
  const { refreshToken } = await signUp('mary');
  await models.SessionModel.updateOne({}, { $set: { expiresAt: new Date(Date.now() - 1) } });

  t.equal((await inject(refresh(refreshToken))).statusCode, 401);
});

t.test('the database holds no refresh token', async (t) => {
  const { signUp, models } = await startTestApp(t);
  const { refreshToken } = await signUp('mary');
  const [, random = '', seal = ''] = refreshToken.split('.');

  const dump = JSON.stringify(await models.SessionModel.find().lean());

  t.notOk(dump.includes(random) || dump.includes(seal));
});

t.test('logout ends access and refresh tokens of this session only', async (t) => {
  const { inject, signUp } = await startTestApp(t);
  const mary = await signUp('mary');
  const other = await inject(login({ email: 'mary@example.com', password: 'Test123456' }));

  const loggedOut = await inject({ method: 'POST', url: '/api/auth/logout', headers: mary.headers });
  const profile = await inject({ url: '/api/auth/profile', headers: mary.headers });
  const refreshed = await inject(refresh(mary.refreshToken));
  const otherProfile = await inject({
    url: '/api/auth/profile',
    headers: { authorization: `Bearer ${other.json().accessToken as string}` },
  });

  t.same(
    [loggedOut, profile, refreshed, otherProfile].map((reply) => reply.statusCode),
    [204, 401, 401, 200],
  );
});

import t from 'tap';

import { type Account, startTestApp, type TestApp } from '../../../testing/test-app.ts';

const PASSWORD = 'Test123456';
const TEN_MINUTES_MS = 600_000;

/** The application, in which one route of today's needs a fresh password. */
const startGuarded = (t: Parameters<typeof startTestApp>[0]) =>
  startTestApp(
    t,
    {},
    {
      onRoute(route) {
        if (route.url === '/api/auth/sessions')
          route.config = { access: 'signed-in', scope: 'session', ownership: 'own', stepUp: true };
      },
    },
  );

const guarded = ({ inject }: TestApp, { headers }: Account) => inject({ url: '/api/auth/sessions', headers });
const give = ({ inject }: TestApp, { headers }: Account, password: unknown) =>
  inject({ method: 'POST', url: '/api/auth/step-up', headers, payload: { password } });
const age = ({ models }: TestApp, { id }: Account, ms: number) =>
  models.SessionModel.updateMany({ userId: id }, { $set: { passwordAt: new Date(Date.now() - ms) } });

t.test(
  'a fresh sign-in counts, an old password is refused with a way out, and giving it again helps',
  async (t) => {
    const test = await startGuarded(t);
    const mary = await test.signUp('mary');
    t.equal((await guarded(test, mary)).statusCode, 200);
    await age(test, mary, TEN_MINUTES_MS - 60_000);
    t.equal((await guarded(test, mary)).statusCode, 200, 'nine minutes');

    await age(test, mary, TEN_MINUTES_MS + 5_000);
    const refused = await guarded(test, mary);
    const wrong = await give(test, mary, 'Wrong123456');
    const still = await guarded(test, mary);
    const given = await give(test, mary, PASSWORD);

    t.equal(refused.statusCode, 403);
    t.match(refused.json(), { code: 'step_up_required', detail: /step-up/ });
    t.match(refused.headers['www-authenticate'], /insufficient_user_authentication", max_age=600/);
    t.same([wrong.statusCode, wrong.json().code], [401, 'bad_credentials']);
    t.equal(still.statusCode, 403);
    t.equal(given.statusCode, 204);
    t.equal((await guarded(test, mary)).statusCode, 200);
  },
);

t.test('it counts for the session that gave it, and not for another one or for a refresh', async (t) => {
  const test = await startGuarded(t);
  const mary = await test.signUp('mary');
  const login = { email: 'mary@example.com', password: PASSWORD };
  const other = await test.inject({ method: 'POST', url: '/api/auth/login', payload: login });
  const elsewhere = { ...mary, headers: { authorization: `Bearer ${other.json().accessToken}` } };
  await age(test, mary, TEN_MINUTES_MS + 5_000);
  await give(test, elsewhere, PASSWORD);

  const refreshed = await test.inject({
    method: 'POST',
    url: '/api/auth/refresh',
    payload: { refreshToken: mary.refreshToken },
  });
  const again = { ...mary, headers: { authorization: `Bearer ${refreshed.json().accessToken}` } };

  t.equal((await guarded(test, elsewhere)).statusCode, 200);
  t.same([(await guarded(test, mary)).statusCode, (await guarded(test, again)).statusCode], [403, 403]);
});

t.test('a session from before this rule counts from its sign-in', async (t) => {
  const test = await startGuarded(t);
  const mary = await test.signUp('mary');
  const { SessionModel } = test.models;
  await SessionModel.updateMany({}, { $unset: { passwordAt: 1 } });
  t.equal((await guarded(test, mary)).statusCode, 200);

  const createdAt = new Date(Date.now() - TEN_MINUTES_MS - 5_000);
  await SessionModel.collection.updateMany({}, { $set: { createdAt } });

  t.equal((await guarded(test, mary)).statusCode, 403);
});

t.test('wrong passwords are throttled, and other things than a text are refused', async (t) => {
  const test = await startGuarded(t);
  const mary = await test.signUp('mary');

  for (const password of [null, '', [], { $ne: null }, 'x'.repeat(2_000)])
    t.equal((await give(test, mary, password)).statusCode, 400);
  let status = 0;
  for (let tries = 0; tries < 12 && status !== 429; tries += 1)
    status = (await give(test, mary, 'Wrong123456')).statusCode;

  t.equal(status, 429);
});

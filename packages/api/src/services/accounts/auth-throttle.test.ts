import { startOwnRedis } from '@mcp-server/testing';
import t from 'tap';

import { startTestApp } from '../../testing/test-app.ts';

const login = (email: string, password: string, remoteAddress: string) => ({
  method: 'POST' as const,
  url: '/api/auth/login',
  payload: { email, password },
  remoteAddress,
});

const [RIGHT, WRONG] = ['Test123456', 'Wrong-123456'];
const MARY = 'mary@example.com';

t.test('refused attempts do not lock other accounts out of an address', async (t) => {
  const test = await startTestApp(t, { AUTH_LIMIT_FAILURES: '1' });
  await test.signUp('mary');
  await test.signUp('john');

  const codes: number[] = [];
  for (let tries = 0; tries < 12; tries += 1) {
    codes.push((await test.inject(login(MARY, WRONG, '10.0.0.1'))).statusCode);
  }
  const other = await test.inject(login('john@example.com', RIGHT, '10.0.0.1'));

  t.same(codes, [401, ...Array.from({ length: 11 }, () => 429)]);
  t.equal(other.statusCode, 200);
});

t.test('many right passwords at once do not lock their account out', async (t) => {
  const test = await startTestApp(t, { AUTH_LIMIT_FAILURES: '2' });
  await test.signUp('mary');

  await Promise.all(Array.from({ length: 30 }, () => test.inject(login(MARY, RIGHT, '10.0.0.1'))));

  t.equal((await test.inject(login(MARY, RIGHT, '10.0.0.1'))).statusCode, 200);
});

t.test(
  'wrong passwords from many addresses do not lock the owner out of an address they have used',
  async (t) => {
    const test = await startTestApp(t, { AUTH_LIMIT_FAILURES: '1' });
    await test.signUp('mary');
    const home = await test.inject(login(MARY, RIGHT, '10.0.0.1'));
    for (let attacker = 1; attacker <= 10; attacker += 1)
      await test.inject(login(MARY, WRONG, `10.9.0.${attacker}`));

    t.equal(home.statusCode, 200);
    t.equal((await test.inject(login(MARY, RIGHT, '10.9.1.1'))).statusCode, 429, 'an unused address');
    t.equal((await test.inject(login(MARY, RIGHT, '10.0.0.1'))).statusCode, 200);
    t.equal((await test.inject(login(MARY, WRONG, '10.0.0.1'))).statusCode, 401);
    t.equal(
      (await test.inject(login(MARY, WRONG, '10.0.0.1'))).statusCode,
      429,
      'guesses from there are limited',
    );
  },
);

t.test('guesses of the admin key are limited', async (t) => {
  const test = await startTestApp(t, { AUTH_LIMIT_FAILURES: '1', ADMIN_API_KEY: 'k'.repeat(40) });
  const codes: number[] = [];
  for (let guess = 0; guess < 8; guess += 1) {
    const reply = await test.inject({
      method: 'POST',
      url: '/api/auth/register',
      headers: { 'x-admin-key': `guess-${guess}` },
      payload: {
        email: `a${guess}@example.com`,
        username: `guesser${guess}`,
        password: RIGHT,
        role: 'admin',
      },
    });
    codes.push(reply.statusCode);
  }
  t.same(codes, [403, 403, 403, 403, 403, 429, 429, 429]);
});

t.test('a Redis that hangs after ten wrong passwords gives no guesses back', async (t) => {
  const redis = await startOwnRedis(t);
  const test = await startTestApp(t, { REDIS_URL: redis.url });
  await test.signUp('mary');
  for (let tries = 0; tries < 10; tries += 1) await test.inject(login(MARY, WRONG, '10.0.0.1'));

  redis.control.pause();
  const refused = await test.inject(login(MARY, RIGHT, '10.0.0.1'));
  const elsewhere = await test.inject(login(MARY, RIGHT, '10.0.0.2'));
  redis.control.resume();

  t.equal(refused.statusCode, 429);
  t.equal(elsewhere.statusCode, 200);
});

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

import t from 'tap';

import { buildStrengthCheck } from './password-strength.ts';

t.test('common passwords, keyboard rows and repeats are easy to guess', async (t) => {
  const isWeak = buildStrengthCheck();

  for (const password of [
    'password',
    '12345678',
    'Password1',
    'P@ssw0rd',
    'qwertyuiop',
    'letmein1',
    'aaaaaaaa',
    'passwordpasswordpassword',
  ])
    t.equal(await isWeak(password), true, password);
});

t.test('other passwords of any length are accepted', async (t) => {
  const isWeak = buildStrengthCheck();

  for (const password of [
    'Test123456',
    'SecurePassword123!',
    'correct horse battery',
    'ünïcödé-pässwörd',
    '7'.repeat(8) + 'Kq-wZ.'.repeat(10),
  ])
    t.equal(await isWeak(password), false, password);
});

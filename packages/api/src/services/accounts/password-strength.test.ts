import t from 'tap';

import { buildStrengthCheck } from './password-strength.ts';

t.test('common passwords, keyboard rows and repeats are easy to guess, and it says why', async (t) => {
  const findWeakness = buildStrengthCheck();

  for (const [password, reason] of [
    ['password', /ten most common/],
    ['12345678', /ten most common|hundred most common/],
    ['Password1', /common password/],
    ['P@ssw0rd', /common password/],
    ['qwertyuiop', /common/],
    ['letmein1', /common/],
    ['aaaaaaaa', /Repeated characters/],
    ['passwordpasswordpassword', /Repeated/],
  ] as const)
    t.match((await findWeakness({ password, lowestScore: 1, known: [] }))?.join(' '), reason, password);
});

t.test('other passwords of any length are accepted', async (t) => {
  const findWeakness = buildStrengthCheck();

  for (const password of [
    'Test123456',
    'SecurePassword123!',
    'correct horse battery',
    'ünïcödé-pässwörd',
    '7'.repeat(8) + 'Kq-wZ.'.repeat(10),
  ])
    t.equal(await findWeakness({ password, lowestScore: 1, known: [] }), undefined, password);
});

t.test('the threshold decides, and what is known about the account counts as common', async (t) => {
  const findWeakness = buildStrengthCheck();
  const [password, own] = ['Test123456', 'zyxomatic'];

  t.equal(await findWeakness({ password: 'password', lowestScore: 0, known: [] }), undefined);
  t.ok(await findWeakness({ password, lowestScore: 4, known: [] }));
  t.equal(await findWeakness({ password: own, lowestScore: 1, known: [] }), undefined);
  t.ok(await findWeakness({ password: own, lowestScore: 1, known: [own] }));
});

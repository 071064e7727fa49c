import t from 'tap';

import { buildPasswords } from './passwords.ts';

t.test('beyond its queue it refuses at once and says when to retry', async (t) => {
  const passwords = buildPasswords();

  const outcomes = await Promise.allSettled(
    Array.from({ length: 40 }, () => passwords.verify('x', undefined)),
  );

  const refused = outcomes.filter((outcome) => outcome.status === 'rejected');
  t.equal(refused.length, 4);
  for (const { reason } of refused) t.match(reason, { code: 'BUSY', retryAfterSeconds: 1 });
  t.equal(await passwords.verify('x', undefined), false, 'there is room again');
});

t.test('a hash is as costly as OWASP asks', async (t) => {
  t.match(await buildPasswords().hash('correct horse battery staple'), /^\$2b\$10\$/);
});

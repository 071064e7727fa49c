import t from 'tap';

import { retryAfterMs } from './retry-after.ts';

const NOW = Date.parse('Sun, 22 Nov 2026 10:00:00 GMT');
const now = () => NOW;

t.test('seconds and dates are understood', async (t) => {
  t.equal(retryAfterMs('120', undefined, now), 120_000);
  t.equal(retryAfterMs('0', undefined, now), 0);
  t.equal(retryAfterMs('Sun, 22 Nov 2026 10:00:30 GMT', undefined, now), 30_000);
});

t.test('a date is compared with the clock of its sender', async (t) => {
  const sentAt = 'Sun, 22 Nov 2026 08:00:00 GMT';

  t.equal(retryAfterMs('Sun, 22 Nov 2026 08:00:10 GMT', sentAt, now), 10_000);
});

t.test('a date in the past means now', async (t) => {
  t.equal(retryAfterMs('Sun, 22 Nov 2026 09:00:00 GMT', undefined, now), 0);
});

t.test('any other value is ignored', async (t) => {
  for (const text of [undefined, '', '-1', '1.5', 'soon', '1e9', '99999999999']) {
    t.equal(retryAfterMs(text, undefined, now), undefined, String(text));
  }
});

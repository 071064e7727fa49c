import t from 'tap';

import { KnownSecrets } from './known-secrets.ts';

const VALUE = 'p"a/s+s wörd&9';

t.test('a known value is masked in every form in which it travels', async (t) => {
  const secrets = new KnownSecrets();
  secrets.add(VALUE);
  const base64 = (text: string) => Buffer.from(text).toString('base64');
  const forms = [
    VALUE,
    JSON.stringify({ password: VALUE }),
    encodeURIComponent(VALUE),
    encodeURI(VALUE),
    `https://host/?${new URLSearchParams({ q: VALUE }).toString()}`,
    base64(VALUE),
    Buffer.from(VALUE).toString('base64url'),
    ...['', 'a', 'ab', 'abc', 'user:'].map((prefix) => `Basic ${base64(`${prefix}${VALUE}`)}`),
    ...['', 'a', 'ab', 'abc', 'user:'].map((prefix) => base64(`${prefix}${VALUE}:more`)),
  ];

  for (const form of forms) {
    const masked = secrets.mask(`before ${form} after`);
    t.match(masked, /^before .*\[redacted\].* after$/, form);
    t.notOk(masked.includes(VALUE) || masked.includes('w%C3%B6rd') || masked.includes('w%c3%b6rd'), form);
  }
});

t.test('short values are not masked, and surrounding spaces do not matter', async (t) => {
  const secrets = new KnownSecrets();
  secrets.add('1234567');
  secrets.add('');
  secrets.add('12345678\n');

  t.equal(secrets.mask('1234567'), '1234567');
  t.equal(secrets.mask('x12345678y'), 'x[redacted]y');
});

t.test('masked JSON stays JSON', async (t) => {
  const secrets = new KnownSecrets();
  for (const value of ['12345678', VALUE]) secrets.add(value);
  const value = { id: 12_345_678, [VALUE]: [VALUE, { deep: `(${VALUE})` }, null, true] };

  t.same(JSON.parse(secrets.maskJson(JSON.stringify(value))), {
    id: 12_345_678,
    '[redacted]': ['[redacted]', { deep: '([redacted])' }, null, true],
  });
  t.equal(secrets.maskJson('{"a": 1}'), '{"a": 1}', 'a text without a secret is not touched');
  t.same(JSON.parse(secrets.maskJsonLine(JSON.stringify({ time: 1_123_456_789, text: VALUE }))), {
    time: 1_123_456_789,
    text: '[redacted]',
  });
});

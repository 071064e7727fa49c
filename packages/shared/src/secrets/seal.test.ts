import { randomBytes } from 'node:crypto';

import t from 'tap';

import { BrokenSecret, MissingSecretKey, openSecret, rewrapSecret, sealSecret } from './seal.ts';
import { type SecretKeys, SecretKeysText } from './secret-keys.ts';

const [OLD, NEW] = [randomBytes(32).toString('hex'), randomBytes(32).toString('base64url')];
const keysOf = (...texts: string[]): SecretKeys => SecretKeysText.parse(texts.join(' , '));
const IDENTITY = {
  owner: '0123456789abcdef01234567',
  name: 'token',
  version: 3,
  hosts: ['api.example.com'],
  plugins: [{ plugin: 'http' }, { plugin: 'shop', package: '@acme/shop' }],
};
const VALUE = 'grüße "an" alle';

t.test('a sealed value opens with any key of the list, and never shows', async (t) => {
  const secret = { ...IDENTITY, ...sealSecret(keysOf(OLD), IDENTITY, VALUE) };
  const again = sealSecret(keysOf(OLD), IDENTITY, VALUE);

  t.equal(openSecret(keysOf(OLD), secret), VALUE);
  t.equal(openSecret(keysOf(NEW, OLD), secret), VALUE);
  t.throws(() => openSecret(keysOf(NEW), secret), MissingSecretKey);
  t.notOk(JSON.stringify(secret).includes(Buffer.from('alle').toString('base64').slice(0, 5)));
  t.not(again.sealed, secret.sealed, 'each has a data key and a nonce of its own');
  t.not(again.wrappedKey, secret.wrappedKey);
});

t.test('a secret that was changed, or copied under another identity, does not open', async (t) => {
  const keys = keysOf(OLD);
  const secret = { ...IDENTITY, ...sealSecret(keys, IDENTITY, VALUE) };
  const other = { ...IDENTITY, name: 'other' };
  const foreign = sealSecret(keys, other, 'another value');
  const flip = (text: string) => {
    const bytes = Buffer.from(text, 'base64');
    bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
    return bytes.toString('base64');
  };

  const changes: [string, Partial<typeof secret>][] = [
    ['owner', { owner: 'global' }],
    ['name', { name: 'token2' }],
    ['version', { version: 2 }],
    ['one more host', { hosts: ['api.example.com', 'evil.example'] }],
    ['another plugin', { plugins: [{ plugin: 'evil' }] }],
    ['a grant without its package', { plugins: [{ plugin: 'http' }, { plugin: 'shop' }] }],
    ['a bit of the value', { sealed: flip(secret.sealed) }],
    ['a bit of the data key', { wrappedKey: flip(secret.wrappedKey) }],
    ['the value of another secret', { sealed: foreign.sealed }],
    ['value and data key of another secret', foreign],
    ['the data key as value', { sealed: secret.wrappedKey }],
    ['cut', { sealed: secret.sealed.slice(0, 20) }],
    ['empty', { wrappedKey: '' }],
  ];
  for (const [what, change] of changes)
    t.throws(() => openSecret(keys, { ...secret, ...change }), BrokenSecret, what);
});

t.test('a rewrapped secret opens with the new key alone, and its value did not change', async (t) => {
  const secret = { ...IDENTITY, ...sealSecret(keysOf(OLD), IDENTITY, VALUE) };

  const rewrapped = { ...secret, ...rewrapSecret(keysOf(NEW, OLD), secret) };

  t.equal(rewrapped.sealed, secret.sealed);
  t.equal(openSecret(keysOf(NEW), rewrapped), VALUE);
  t.throws(() => openSecret(keysOf(OLD), rewrapped), MissingSecretKey);
});

t.test('a weak or malformed key is refused by its place and never shown', async (t) => {
  const bad = [
    'short',
    '0'.repeat(64),
    OLD.slice(1),
    `${NEW}x`,
    `${OLD},${OLD}`,
    `${OLD},`,
    `${OLD},${Buffer.from('password'.repeat(4)).toString('base64')}`,
    Buffer.alloc(32, 7).toString('base64'),
  ];
  for (const text of bad) {
    const { error } = SecretKeysText.safeParse(text);
    t.match(error?.issues[0]?.message, /^key \d |twice/, text);
    t.notOk(
      error?.issues.some(({ message }) => message.includes(text)),
      text,
    );
  }
});

import t from 'tap';

import { safeText } from '../masking/safe-text.ts';
import { RetryPolicy } from '../schemas/policy.ts';
import { describeError } from './describe-error.ts';
import { endAfterError } from './retry.ts';

/** Below this the clock of the processor says little. */
const MIN_MEASURABLE_US = 500;

t.test('texts that look like credentials are masked', async (t) => {
  const secrets = [
    'Authorization: Bearer canary.abc-123',
    'password=canary',
    'sent {"apiKey":"canary"}',
    'https://bob:canary@example.com/',
    'token: canary',
    'mcp_canary12345678',
    'eyJhbGciOiJI.eyJjYW5hcnkiOjF9.canary',
  ];

  for (const text of secrets) t.notMatch(safeText(text), /canary/, text);
});

t.test('a long text is cut', async (t) => {
  t.equal(safeText('x'.repeat(10_000)).length, 2_000);
});

t.test('whatever is thrown is described', async (t) => {
  t.same(describeError('text'), { kind: 'error', message: 'text' });
  t.match(describeError(undefined), { message: 'undefined' });
  t.match(describeError(Object.assign(new Error('x'), { code: 'ECONNREFUSED' })), { code: 'ECONNREFUSED' });
});

t.test('values that resist being read still become a failure with some text', async (t) => {
  const throwing = Object.defineProperty(new Error('hidden'), 'message', {
    get: () => {
      throw new Error('never shown');
    },
  });
  const circular: Record<string, unknown> = {};
  circular['self'] = circular;
  const refusing = new Proxy(
    {},
    {
      get: () => {
        throw new Error('never shown');
      },
      getPrototypeOf: () => {
        throw new Error('never shown');
      },
    },
  );
  const values: [unknown, string | RegExp][] = [
    [Object.assign(new Error('x'), { message: { reason: 'nested' } }), '{"reason":"nested"}'],
    [Object.assign(new Error('x'), { message: 42 }), '42'],
    [throwing, /./],
    [Object.create(null), '{}'],
    [{ toString: () => 1 }, /./],
    [circular, 'The value cannot be shown.'],
    [refusing, /./],
    [Symbol('s'), 'Symbol(s)'],
    [5n, '5'],
    [() => {}, /=>/],
    [null, 'null'],
  ];

  for (const [value, message] of values) {
    const end = endAfterError(value, { policy: RetryPolicy.parse({ attempts: 1 }), attemptsUsed: 1 });
    t.match(end, { kind: 'failed', failure: { kind: 'error', message } });
    t.notMatch(JSON.stringify(end), /never shown/);
  }
});

t.test('masking takes time in proportion to the text', async (t) => {
  const texts: [string, string][] = [
    ['hex digits', 'deadbeef'],
    ['words', 'word '],
    ['schemes', 'a://'],
    ['almost credentials', 'https://user:'],
    ['spaces after a scheme', 'Bearer      '],
    ['almost tokens', 'eyJaaaaa.'],
    ['keys without values', 'password'],
  ];
  const secondsFor = (text: string) => {
    const runs = [1, 2, 3].map(() => {
      const before = process.cpuUsage();
      safeText(text, { maxLength: text.length });
      return process.cpuUsage(before).user;
    });
    return Math.max(Math.min(...runs), MIN_MEASURABLE_US);
  };

  for (const [name, part] of texts) {
    const short = part.repeat(Math.ceil(40_000 / part.length));
    const ratio = secondsFor(short.repeat(8)) / secondsFor(short);
    t.ok(ratio < 32, `${name}: 8 times the text took ${ratio.toFixed(1)} times as long; quadratic is 64`);
  }
});

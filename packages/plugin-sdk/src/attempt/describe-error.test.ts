import t from 'tap';

import { describeError, safeText } from './describe-error.ts';

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

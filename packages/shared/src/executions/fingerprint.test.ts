import t from 'tap';

import { fingerprintOf, normalizeMessage } from './fingerprint.ts';

t.test('variable parts of a message are replaced by placeholders', async (t) => {
  for (const [message, normalized] of [
    ['order 4711 not found', 'order <n> not found'],
    ['order-4711 is gone', 'order-<n> is gone'],
    ['user 0f8fad5b-d9cb-469f-a165-70867728950e is blocked', 'user <uuid> is blocked'],
    ['document 64f1c0ffee5a9b0012345678 missing', 'document <hex> missing'],
    ['at 0x7fff5fbff8c8', 'at <hex>'],
    ['customer cus_8fh3KJ2 declined', 'customer <id> declined'],
    ['no field "price" in \'cart\'', 'no field <text> in <text>'],
    ["can't read the user's cart", "can't read the user's cart"],
    ['GET https://shop.example.com/orders/12?key=a failed', 'GET https://shop.example.com/<path> failed'],
    ['connect ECONNREFUSED 127.0.0.1:5432', 'connect ECONNREFUSED <n>'],
    ['due 2026-11-22T20:33:01.123Z', 'due <time>'],
    ['mail to mary.jones@example.com bounced', 'mail to <email> bounced'],
    ['ERR_HTTP2_HEADERS_SENT after 12.5 s', 'ERR_HTTP<n>_HEADERS_SENT after <n> s'],
    ['two\n  lines', 'two lines'],
    ['', ''],
  ] as const) {
    t.equal(normalizeMessage(message), normalized, message);
  }
});

t.test('a long message is cut and fast', async (t) => {
  const startedAt = performance.now();

  for (const piece of ['a1', '1:', 'a-', "'", '"', 'http://a', 'a@a.', 'f0', '_', 'a_1_', '2026-11-']) {
    t.ok(normalizeMessage(piece.repeat(100_000)).length <= 200, piece);
  }

  const tookMs = performance.now() - startedAt;
  t.ok(tookMs < 500, `${Math.round(tookMs)} ms`);
});

t.test('a fingerprint depends on plugin, action, kind and reason only', async (t) => {
  const action = { plugin: 'shop', action: 'pay' };
  const failure = { kind: 'error', message: 'order 1 not found' } as const;
  const first = fingerprintOf(action, failure);

  t.match(first, /^[0-9a-f]{16}$/);
  t.equal(fingerprintOf(action, { ...failure, message: 'order 2 not found' }), first);
  const others = [
    fingerprintOf({ ...action, plugin: 'other' }, failure),
    fingerprintOf({ ...action, action: 'refund' }, failure),
    fingerprintOf(action, { ...failure, kind: 'timeout' }),
    fingerprintOf(action, { ...failure, message: 'order 1 not paid' }),
  ];
  t.equal(new Set([first, ...others]).size, 5);
});

import { crc32 } from 'node:zlib';

import type { ApiKeySighting, Stored, UserRecord } from '@mcp-server/shared';
import t from 'tap';

import { buildApiKeyCheck } from './api-key-check.ts';
import { generateApiKey, hashApiKey, readApiKeyPrefix } from './api-key-text.ts';

const OWNER: Stored<UserRecord> = {
  id: 'a'.repeat(24),
  email: 'mary@example.com',
  username: 'mary',
  passwordHash: '-',
  role: 'user',
  isActive: true,
  tokenVersion: 0,
  createdAt: new Date(0),
  updatedAt: new Date(0),
};

const { key: KEY, prefix: PREFIX } = generateApiKey();

/** A check with one stored key, and its calls of the database. */
function buildCounted(sighting: Partial<ApiKeySighting> = {}) {
  const calls = { reads: 0, touches: 0 };
  const stored = {
    id: 'b'.repeat(24),
    userId: OWNER.id,
    name: 'key',
    prefix: PREFIX,
    keyHash: hashApiKey(KEY).toString('hex'),
    lastFour: KEY.slice(-4),
    scopes: ['mcp' as const],
    createdAt: new Date(0),
    updatedAt: new Date(0),
  };
  const check = buildApiKeyCheck({
    async findKey(prefix) {
      calls.reads += 1;
      return prefix === PREFIX ? { key: stored, isExpired: false, ...sighting } : undefined;
    },
    findUser: async () => OWNER,
    async touch() {
      calls.touches += 1;
    },
  });
  return { check, calls };
}

t.test('a key with a wrong checksum is refused without a read of the database', async (t) => {
  const { check, calls } = buildCounted();
  const last = KEY.at(-1) === '0' ? '1' : '0';

  for (const wrong of [`${KEY.slice(0, -1)}${last}`, `${PREFIX}_${'0'.repeat(72)}`, 'mcp_', `${KEY}0`]) {
    t.equal(await check.check(wrong), undefined);
  }
  t.equal(calls.reads, 0);
});

t.test('another secret under a known id is refused, although its checksum is right', async (t) => {
  const { check, calls } = buildCounted();
  const body = `${PREFIX}_${'0'.repeat(64)}`;
  const forged = `${body}${crc32(body).toString(16).padStart(8, '0')}`;

  t.equal(readApiKeyPrefix(forged), PREFIX);
  t.equal(await check.check(forged), undefined);
  t.same(calls, { reads: 1, touches: 0 });
});

t.test('requests of the same second share one read and one write', async (t) => {
  const { check, calls } = buildCounted();

  const principals = await Promise.all(Array.from({ length: 20 }, () => check.check(KEY)));

  t.ok(principals.every((principal) => principal?.userId === OWNER.id));
  t.same(calls, { reads: 1, touches: 1 });
});

t.test('a use is recorded again only after half a minute', async (t) => {
  const recent = buildCounted({ unusedMs: 20_000 });
  const longAgo = buildCounted({ unusedMs: 40_000 });

  await recent.check.check(KEY);
  await longAgo.check.check(KEY);

  t.equal(recent.calls.touches, 0);
  t.equal(longAgo.calls.touches, 1);
});

t.test('an expired key is refused and its use is not recorded', async (t) => {
  const { check, calls } = buildCounted({ isExpired: true });

  t.equal(await check.check(KEY), undefined);
  t.equal(calls.touches, 0);
});

import { waitFor } from '@mcp-server/testing';
import t from 'tap';

import { type Account, ECHO, publishSample, startTestApp, type TestApp } from '../../../testing/test-app.ts';

interface Made {
  id: string;
  key: string;
}

async function makeKey({ inject }: TestApp, { headers }: Account, input: object): Promise<Made> {
  const url = '/api/auth/api-key/generate';
  const reply = await inject({ method: 'POST', url, headers, payload: { name: 'ci', ...input } });
  if (reply.statusCode !== 201) throw new Error(reply.body);
  return reply.json<Made>();
}

const profile = (headers: Record<string, string>) => ({ url: '/api/auth/profile', headers });

t.test('a key opens the same routes as a token, in either header', async (t) => {
  const test = await startTestApp(t);
  const mary = await test.signUp('mary');
  const { key } = await makeKey(test, mary, { scopes: ['tasks:read'] });

  const byHeader = await test.inject(profile({ 'x-api-key': key }));
  const byBearer = await test.inject(profile({ authorization: `Bearer ${key}` }));

  t.same([byHeader.statusCode, byBearer.statusCode], [200, 200]);
  t.equal(byHeader.json().id, mary.id);
});

t.test('without a body a key is named "default" and has the scopes of everyday work', async (t) => {
  const test = await startTestApp(t);
  const mary = await test.signUp('mary');
  const generate = { method: 'POST' as const, url: '/api/auth/api-key/generate', headers: mary.headers };
  const json = { ...mary.headers, 'content-type': 'application/json' };

  const plain = await test.inject(generate);
  const empty = await test.inject({ ...generate, headers: json, payload: '' });
  const named = await test.inject({ ...generate, payload: { name: 'ci' } });

  const scopes = ['tasks:read', 'tasks:write', 'execute', 'mcp'];
  t.same(
    [plain, empty, named].map(({ statusCode }) => statusCode),
    [201, 201, 201],
  );
  t.match(plain.json(), { name: 'default', scopes, key: /^mcp_/ });
  t.match(empty.json(), { name: 'default', scopes });
  t.match(named.json(), { name: 'ci', scopes });
});

t.test('the secret is shown once and stored nowhere', async (t) => {
  const test = await startTestApp(t);
  const mary = await test.signUp('mary');
  const { id, key } = await makeKey(test, mary, { scopes: ['mcp'], expiresInDays: 1 });

  const list = await test.inject({ url: '/api/auth/api-keys', headers: mary.headers });

  t.match(key, /^mcp_[0-9a-f]{16}_[0-9a-f]{72}$/);
  const prefix = key.slice(0, 20);
  t.match(list.json(), { items: [{ id, name: 'ci', prefix, lastFour: key.slice(-4), scopes: ['mcp'] }] });
  const secret = key.slice(21, 85);
  t.notOk(list.body.includes(secret));
  t.notOk(JSON.stringify(await test.models.ApiKeyModel.find().lean()).includes(secret));
});

t.test('a key without the scope is refused, with the name of the scope', async (t) => {
  const test = await startTestApp(t);
  await publishSample(test);
  const mary = await test.signUp('mary');
  const reader = await makeKey(test, mary, { scopes: ['tasks:read'] });
  const runner = await makeKey(test, mary, { scopes: ['execute'] });
  const call = (key: string) =>
    test.inject({
      method: 'POST',
      url: '/mcp/execute',
      headers: { 'x-api-key': key },
      payload: { ...ECHO, wait: 0 },
    });

  const refused = await call(reader.key);

  t.equal(refused.statusCode, 403);
  t.match(refused.json(), { code: 'missing_scope', detail: /execute/ });
  t.equal((await call(runner.key)).statusCode, 202);
});

t.test('a key cannot create keys, end sessions or change rights, even for an admin', async (t) => {
  const test = await startTestApp(t);
  const admin = await test.signUp('admin', 'admin');
  const mary = await test.signUp('mary');
  const { key } = await makeKey(test, admin, { scopes: ['users:read', 'users:write'] });
  const headers = { 'x-api-key': key };
  const requests = [
    { method: 'POST', url: '/api/auth/api-key/generate', payload: { name: 'x', scopes: ['mcp'] } },
    { method: 'GET', url: '/api/auth/api-keys' },
    { method: 'POST', url: '/api/auth/logout' },
    { method: 'POST', url: '/api/auth/logout-all' },
    { method: 'GET', url: '/api/auth/sessions' },
    {
      method: 'PUT',
      url: '/api/auth/password',
      payload: { currentPassword: 'x', newPassword: 'Test123456' },
    },
    { method: 'POST', url: `/api/users/${mary.id}/reset-password` },
    { method: 'PUT', url: `/api/users/${mary.id}`, payload: { role: 'admin' } },
    {
      method: 'POST',
      url: '/api/auth/register',
      payload: { email: 'a@example.com', username: 'aaa', password: 'Test123456', role: 'admin' },
    },
  ] as const;

  for (const request of requests) {
    const reply = await test.inject({ ...request, headers });
    t.equal(reply.json().code, 'session_required', request.url);
    t.equal(reply.statusCode, 403);
  }
  const renamed = { method: 'PUT', url: `/api/users/${mary.id}`, payload: { username: 'maria' } } as const;
  t.equal((await test.inject({ ...renamed, headers })).statusCode, 200);
});

t.test("a key can do no more than its owner's role, as that is now", async (t) => {
  const test = await startTestApp(t);
  const admin = await test.signUp('admin', 'admin');
  const { key } = await makeKey(test, admin, { scopes: ['users:read'] });
  const list = () => test.inject({ url: '/api/users', headers: { 'x-api-key': key } });
  t.equal((await list()).statusCode, 200);
  await test.models.UserModel.updateOne({ username: 'admin' }, { $set: { role: 'user' } });
  const loweredAt = performance.now();

  await waitFor('the lowered role', async () => (await list()).statusCode === 403, 5_000);

  t.ok(performance.now() - loweredAt < 2_000);
});

t.test('revoked keys, expired keys and keys of disabled owners get 401', async (t) => {
  const test = await startTestApp(t);
  const mary = await test.signUp('mary');
  const john = await test.signUp('john');
  const [revoked, expired, orphan] = [
    await makeKey(test, mary, { scopes: ['mcp'] }),
    await makeKey(test, mary, { scopes: ['mcp'], expiresInDays: 1 }),
    await makeKey(test, john, { scopes: ['mcp'] }),
  ];
  await test.inject(profile({ 'x-api-key': revoked.key }));
  const url = `/api/auth/api-keys/${revoked.id}`;

  const byStranger = await test.inject({ method: 'DELETE', url, headers: john.headers });
  const byOwner = await test.inject({ method: 'DELETE', url, headers: mary.headers });
  const again = await test.inject({ method: 'DELETE', url, headers: mary.headers });
  await test.models.ApiKeyModel.updateOne({ _id: expired.id }, { $set: { expiresAt: new Date(0) } });
  await test.models.UserModel.updateOne({ username: 'john' }, { $set: { isActive: false } });

  t.same([byStranger.statusCode, byOwner.statusCode, again.statusCode], [404, 204, 404]);
  for (const { key } of [revoked, expired, orphan]) {
    t.equal((await test.inject(profile({ 'x-api-key': key }))).statusCode, 401);
  }
});

t.test('two credentials in one request are refused', async (t) => {
  const test = await startTestApp(t);
  const mary = await test.signUp('mary');
  const { key } = await makeKey(test, mary, { scopes: ['mcp'] });

  const both = await test.inject(profile({ ...mary.headers, 'x-api-key': key }));
  const tokenAsKey = await test.inject(profile({ 'x-api-key': mary.headers.authorization.slice(7) }));
  const inUrl = await test.inject({ url: `/api/auth/profile?api_key=${key}` });

  t.equal(both.statusCode, 400);
  t.equal(both.json().code, 'two_credentials');
  t.same([tokenAsKey.statusCode, inUrl.statusCode], [401, 401]);
});

t.test('unknown scopes, repeated scopes and unknown fields are refused', async (t) => {
  const { inject, signUp } = await startTestApp(t);
  const { headers } = await signUp('mary');
  const url = '/api/auth/api-key/generate';

  for (const payload of [
    { name: 'x', scopes: ['admin'] },
    { name: 'x', scopes: [] },
    { name: 'x', scopes: ['mcp', 'mcp'] },
    { name: '', scopes: ['mcp'] },
    { name: 'x', scopes: ['mcp'], userId: '0'.repeat(24) },
    { name: 'x', scopes: ['mcp'], expiresInDays: 0 },
    { name: { $ne: null }, scopes: ['mcp'] },
  ]) {
    const reply = await inject({ method: 'POST', url, headers, payload });
    t.equal(reply.statusCode, 400);
  }
});

t.test('the last use of a key is seen by its owner', async (t) => {
  const test = await startTestApp(t);
  const mary = await test.signUp('mary');
  const { key } = await makeKey(test, mary, { scopes: ['mcp'] });

  await test.inject(profile({ 'x-api-key': key }));

  const list = await test.inject({ url: '/api/auth/api-keys', headers: mary.headers });
  const { lastUsedAt, createdAt } = list.json<{ items: Record<string, string>[] }>().items[0] ?? {};
  t.ok(Date.parse(lastUsedAt ?? '') >= Date.parse(createdAt ?? ''));
});

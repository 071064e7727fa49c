import { Socket } from 'node:net';

import t from 'tap';

import { createApiKey } from '../services/accounts/api-keys.ts';
import { listen, openClient } from '../testing/mcp-client.ts';
import { publishSample, startTestApp, type TestApp } from '../testing/test-app.ts';

const LIST = { jsonrpc: '2.0', id: 1, method: 'tools/list', params: {} };
const ACCEPT = { accept: 'application/json, text/event-stream' };
const METADATA = '/.well-known/oauth-protected-resource/mcp';

const post = (test: TestApp, headers: Record<string, string>, payload: object = LIST) =>
  test.inject({ method: 'POST', url: '/mcp', headers: { ...ACCEPT, ...headers }, payload });

t.test('a refused client learns where to authenticate', async (t) => {
  const test = await startTestApp(t);
  const mary = await test.signUp('mary');
  const owner = { userId: mary.id, role: 'user', sessionId: '' } as const;
  const { key } = await createApiKey(test.deps, owner, { name: 'key', scopes: ['execute'] });

  const anonymous = await post(test, {});
  const scopeless = await post(test, { 'x-api-key': key });
  const metadata = await test.inject({ url: METADATA });

  t.equal(anonymous.statusCode, 401);
  t.equal(
    anonymous.headers['www-authenticate'],
    `Bearer scope="mcp", resource_metadata="http://localhost:80${METADATA}"`,
  );
  t.equal(scopeless.statusCode, 403);
  t.match(scopeless.headers['www-authenticate'], /^Bearer error="insufficient_scope", scope="mcp", /);
  t.match(metadata.json(), { resource: 'http://localhost:80/mcp', scopes_supported: ['mcp'] });
});

t.test('a key opens the channel of its scope and no other', async (t) => {
  const test = await startTestApp(t);
  await publishSample(test);
  const mary = await test.signUp('mary');
  const owner = { userId: mary.id, role: 'user', sessionId: '' } as const;
  const { key } = await createApiKey(test.deps, owner, { name: 'key', scopes: ['mcp'] });
  const headers = { 'x-api-key': key };
  const payload = { plugin: 'sample', action: 'echo', payload: { message: 'hello' }, wait: 0 };

  const listed = await post(test, headers);
  const executed = await test.inject({ method: 'POST', url: '/mcp/execute', headers, payload });

  t.equal(listed.statusCode, 200);
  t.equal(executed.statusCode, 403);
});

t.test('tokens that are not for this audience are refused', async (t) => {
  const test = await startTestApp(t);
  const { headers } = await test.signUp('mary');
  const claims = test.app.jwt.decode<Record<string, unknown>>(headers.authorization.slice('Bearer '.length));

  for (const aud of [['api'], ['mcp'], ['api', 'mcp', 'other'], 'mcp', undefined]) {
    const token = test.app.jwt.sign({ ...claims, aud });
    t.equal((await post(test, { authorization: `Bearer ${token}` })).statusCode, 401, JSON.stringify(aud));
  }
});

t.test('pages of other sites are refused', async (t) => {
  const test = await startTestApp(t);
  const { headers } = await test.signUp('mary');
  const from = async (origin: string) => {
    const reply = await post(test, { ...headers, host: 'localhost:3000', origin });
    return reply.statusCode === 200 ? 'ok' : reply.json<{ code: string }>().code;
  };

  t.equal(await from('http://localhost:3000'), 'ok');
  for (const origin of ['http://evil.example.com', 'null', 'http://localhost:4000'])
    t.equal(await from(origin), 'origin_refused', origin);
});

t.test('headers that disagree with the body are refused', async (t) => {
  const test = await startTestApp(t);
  const mary = openClient(await listen(test), await test.signUp('mary'));
  const call = { name: 'sample__echo', arguments: {} };

  for (const headers of [
    { 'mcp-name': 'sample__add' },
    { 'mcp-method': 'tools/list' },
    { 'mcp-protocol-version': '2025-11-25' },
  ] as Record<string, string>[]) {
    const { status, error } = await mary('tools/call', call, { headers });
    t.match({ status, error }, { status: 400, error: { code: -32_020 } }, JSON.stringify(headers));
  }
  const unknown = await mary('nothing/known', {});
  t.match({ status: unknown.status, error: unknown.error }, { status: 404, error: { code: -32_601 } });
});

t.test('batches, listening, GET and DELETE are refused', async (t) => {
  const test = await startTestApp(t);
  const { headers } = await test.signUp('mary');

  const batch = await post(test, headers, [LIST, LIST]);
  const listening = await post(test, headers, { ...LIST, method: 'subscriptions/listen' });
  const got = await test.inject({ method: 'GET', url: '/mcp', headers });
  const deleted = await test.inject({ method: 'DELETE', url: '/mcp', headers });

  t.match(
    { status: batch.statusCode, body: batch.json() },
    { status: 400, body: { error: { code: -32_600 } } },
  );
  t.match(
    { status: listening.statusCode, body: listening.json() },
    { status: 404, body: { id: 1, error: { code: -32_601 } } },
  );
  for (const reply of [got, deleted]) {
    t.equal(reply.statusCode, 405);
    t.equal(reply.headers['allow'], 'POST');
  }
});

t.test('a response has the usual headers and is counted by the limit', async (t) => {
  const test = await startTestApp(t, { RATE_LIMIT_MAX_REQUESTS: '3' });
  const mary = openClient(await listen(test), await test.signUp('mary'));

  const modern = await mary('tools/list');
  const legacy = await mary('tools/list', {}, { era: 'legacy' });
  await mary('tools/list');
  const limited = await mary('tools/list');

  for (const { headers } of [modern, legacy]) {
    t.equal(headers.get('x-content-type-options'), 'nosniff');
    t.ok(headers.get('x-request-id'));
    t.match(headers.get('cache-control'), /no-store|no-cache/);
  }
  t.equal(limited.status, 429);
  const { values } = await test.deps.metrics.httpSeconds.get();
  const labels = values.map((value): Record<string, unknown> => value.labels);
  t.ok(labels.some(({ route, status }) => route === '/mcp' && status === 200));
});

t.test('a client that sends half a request and goes costs nothing', async (t) => {
  const test = await startTestApp(t);
  const { port } = new URL(await listen(test));
  const socket = new Socket();
  socket.connect(Number(port), '127.0.0.1', () => {
    socket.write(
      'POST /mcp HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{',
    );
    socket.destroy();
  });
  await new Promise((resolve) => socket.once('close', resolve));

  t.equal((await test.inject({ url: '/health' })).statusCode, 200);
});

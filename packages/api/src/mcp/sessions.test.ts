import type { ExecutionRecord } from '@mcp-server/shared';
import { waitFor } from '@mcp-server/testing';
import t, { type Test } from 'tap';

import { listen, startWorker } from '../testing/mcp-client.ts';
import { publishSample, startApp, startTestApp, type TestApp } from '../testing/test-app.ts';
import { buildMcpSessions } from './session.ts';

type Headers = Record<string, string>;

const TYPES = {
  'content-type': 'application/json',
  accept: 'application/json, text/event-stream',
  'mcp-protocol-version': '2025-11-25',
};

/** A client of revision 2025-11-25 that numbers its requests itself. */
async function openLegacyClient(url: string, credential: Headers) {
  const post = async (message: object, headers: Headers = {}) => {
    const reply = await fetch(`${url}/mcp`, {
      method: 'POST',
      headers: { ...TYPES, ...credential, ...headers },
      body: JSON.stringify({ jsonrpc: '2.0', ...message }),
    });
    return { status: reply.status, headers: reply.headers, text: await reply.text() };
  };
  const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 't', version: '1' } };
  const begun = await post({ id: 0, method: 'initialize', params });
  const session = { 'mcp-session-id': begun.headers.get('mcp-session-id') ?? '' };
  const echo = { name: 'sample__echo', arguments: { message: 'hello' } };
  return {
    post,
    session,
    call: (id: string | number, params: object = echo) => post({ id, method: 'tools/call', params }, session),
    cancel: (requestId: unknown, headers: Headers = session) =>
      post({ method: 'notifications/cancelled', params: { requestId, reason: 'test' } }, headers),
  };
}

async function createKey({ inject }: TestApp, headers: Headers): Promise<Headers> {
  const url = '/api/auth/api-key/generate';
  const payload = { name: 'clients', scopes: ['mcp'] };
  const made = await inject({ method: 'POST', url, headers, payload });
  return { 'x-api-key': made.json<{ key: string }>().key };
}

async function openServer(t: Test) {
  const test = await startTestApp(t);
  await publishSample(test);
  const url = await listen(test);
  const { headers } = await test.signUp('mary');
  const key = await createKey(test, headers);
  const list = () => test.models.ExecutionModel.find().sort({ createdAt: 1 }).lean<ExecutionRecord[]>();
  /** Starts a call and resolves once it is stored. */
  const begin = async (start: () => Promise<{ text: string }>) => {
    const before = (await list()).length;
    const reply = start();
    const stored = await waitFor('the call', async () => (await list())[before]);
    return { reply, id: stored._id };
  };
  const statusOf = async (id: string) => (await list()).find(({ _id }) => _id === id)?.status;
  return { test, url, key, headers, list, begin, statusOf };
}

t.test('two clients with one key and the same id cancel their own call only', async (t) => {
  const { url, key, begin, statusOf } = await openServer(t);
  const [one, two] = [await openLegacyClient(url, key), await openLegacyClient(url, key)];
  const ofOne = await begin(() => one.call(1));
  const ofTwo = await begin(() => two.call(1));

  t.equal((await two.cancel(1)).status, 202);

  t.match((await ofTwo.reply).text, /cancelled/);
  t.equal(await statusOf(ofTwo.id), 'cancelled');
  t.equal(await statusOf(ofOne.id), 'queued');
  await one.cancel(1);
  t.equal(await statusOf(ofOne.id), 'cancelled');
  await ofOne.reply;
});

t.test('the ids 1 and "1" are two calls', async (t) => {
  const { url, key, begin, statusOf } = await openServer(t);
  const client = await openLegacyClient(url, key);
  const asNumber = await begin(() => client.call(1));
  const asText = await begin(() => client.call('1'));

  await client.cancel('1');

  t.equal(await statusOf(asText.id), 'cancelled');
  t.equal(await statusOf(asNumber.id), 'queued');
  await client.cancel(1);
  await Promise.all([asNumber.reply, asText.reply]);
});

t.test('a cancel that comes before its call still cancels it', async (t) => {
  const { url, key, list } = await openServer(t);
  const client = await openLegacyClient(url, key);

  t.equal((await client.cancel(7)).status, 202);
  const reply = await client.call(7);

  t.match(reply.text, /cancelled/);
  t.match(await list(), [{ status: 'cancelled' }]);
});

t.test('a cancel of an ended call or of no call changes nothing', async (t) => {
  const { test, url, key, list } = await openServer(t);
  await startWorker(t, test);
  const client = await openLegacyClient(url, key);
  await client.call(1);

  for (const id of [1, 2, 'x', null, {}, undefined])
    t.equal((await client.cancel(id)).status, 202, JSON.stringify(id));

  t.match(await list(), [{ status: 'completed' }]);
});

t.test('a cancel without a session is refused and says why', async (t) => {
  const { url, key, begin, statusOf } = await openServer(t);
  const client = await openLegacyClient(url, key);
  const call = await begin(() => client.call(1));

  const refused = await client.cancel(1, {});

  t.equal(refused.status, 400);
  t.match(JSON.parse(refused.text), { id: null, error: { code: -32_600, message: /Mcp-Session-Id/ } });
  t.equal(await statusOf(call.id), 'queued');
  await client.cancel(1);
  await call.reply;
});

t.test('sessions of others, forged and expired ones are unknown', async (t) => {
  const { test, url, key, headers, begin, statusOf } = await openServer(t);
  const client = await openLegacyClient(url, key);
  const session = client.session['mcp-session-id'] ?? '';
  t.match(session, /^[\x21-\x7e]{40,400}$/);
  const john = await test.signUp('john');
  const call = await begin(() => client.call(1));
  const otherKey = await createKey(test, headers);
  const keyId = (
    await test.models.ApiKeyModel.findOne().sort({ createdAt: 1 }).lean<{ _id: { toString(): string } }>()
  )?._id;
  const owner = {
    userId: '',
    role: 'user',
    keyPrefix: '',
    scopes: [],
    keyId: `${keyId?.toString()}`,
  } as const;
  const forged = await buildMcpSessions({ JWT_SECRET: 'another secret' }).begin(owner);
  const expired = await buildMcpSessions(test.deps.config, { ttlSeconds: -60 }).begin(owner);
  const valid = await buildMcpSessions(test.deps.config).begin(owner);
  const attempts: [string, Headers, string, number][] = [
    ['another key of the user', otherKey, session, 404],
    ['the login of the user', headers, session, 404],
    ['another user', john.headers, session, 404],
    ['signed by another key', key, forged, 404],
    ['expired', key, expired, 404],
    ['valid', key, valid, 202],
    ['changed', key, `${session.slice(0, -2)}xx`, 404],
    ['no session', key, 'abc', 404],
    ['an execution id', key, call.id, 404],
  ];

  for (const [name, credential, id, status] of attempts) {
    const caller = await openLegacyClient(url, credential);
    t.equal((await caller.cancel(1, { 'mcp-session-id': id })).status, status, name);
  }
  const list = await client.post({ id: 5, method: 'tools/list' }, { 'mcp-session-id': forged });
  t.equal(list.status, 404);
  t.match(JSON.parse(list.text), { id: 5, error: { code: -32_001, message: /initialize/ } });
  t.equal(await statusOf(call.id), 'queued');
  await client.cancel(1);
  await call.reply;
});

t.test('sessions are optional, begin only with initialize, and cannot be ended', async (t) => {
  const { url, key } = await openServer(t);
  const client = await openLegacyClient(url, key);

  const list = await client.post({ id: 1, method: 'tools/list' });
  t.equal(list.status, 200);
  t.equal(list.headers.get('mcp-session-id'), null);
  const again = await client.post(
    {
      id: 0,
      method: 'initialize',
      params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 't', version: '1' } },
    },
    { 'mcp-session-id': 'of another server' },
  );
  t.equal(again.status, 200);
  t.not(again.headers.get('mcp-session-id'), client.session['mcp-session-id']);
  for (const method of ['GET', 'DELETE']) {
    const reply = await fetch(`${url}/mcp`, { method, headers: { ...key, ...client.session } });
    t.equal(reply.status, 405);
    t.equal(reply.headers.get('allow'), 'POST');
  }
  t.equal((await client.post({ id: 2, method: 'tools/list' }, client.session)).status, 200);
});

t.test('newer revisions ignore the header, and have no cancel notification', async (t) => {
  const { url, key, begin, statusOf } = await openServer(t);
  const client = await openLegacyClient(url, key);
  const call = await begin(() => client.call(1));
  const modern = (method: string, changes: object) =>
    client.post(
      {
        method,
        params: {
          ...changes,
          _meta: {
            'io.modelcontextprotocol/protocolVersion': '2026-07-28',
            'io.modelcontextprotocol/clientCapabilities': {},
          },
        },
        ...(method.startsWith('notifications') ? {} : { id: 1 }),
      },
      { 'mcp-protocol-version': '2026-07-28', 'mcp-method': method, 'mcp-session-id': 'abc' },
    );

  t.equal((await modern('tools/list', {})).status, 200);
  t.equal((await modern('notifications/cancelled', { requestId: 1 })).status, 202);
  t.equal(await statusOf(call.id), 'queued');
  await client.cancel(1);
  await call.reply;
});

t.test('another API process reads the session and cancels the call', async (t) => {
  const { test, url, key, begin, statusOf } = await openServer(t);
  const other = await startApp(t, test.env);
  const otherUrl = await listen(other);
  const client = await openLegacyClient(url, key);
  const call = await begin(() => client.call(1));

  const there = await openLegacyClient(otherUrl, key);
  const cancel = await there.cancel(1, client.session);

  t.equal(cancel.status, 202);
  t.equal(await statusOf(call.id), 'cancelled');
  await call.reply;
});

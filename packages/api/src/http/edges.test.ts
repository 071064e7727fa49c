import t from 'tap';

import { publishSample, startTestApp, type TestApp } from '../testing/test-app.ts';
import { findInexactNumbers } from './inexact-numbers.ts';

async function openApp(t: Parameters<typeof startTestApp>[0]) {
  const test = await startTestApp(t);
  await publishSample(test);
  const { headers } = await test.signUp('mary');
  const scopes = ['mcp', 'execute', 'tasks:read'];
  const url = '/api/auth/api-key/generate';
  const made = await test.inject({ method: 'POST', url, headers, payload: { name: 'edges', scopes } });
  return { ...test, key: { 'x-api-key': made.json<{ key: string }>().key } };
}

const JSON_TYPE = { 'content-type': 'application/json' };

t.test("a caller's mistake gets a 4xx, whichever library detects it", async (t) => {
  const { inject } = await openApp(t);
  const asset = '/docs/static/swagger-ui.css';
  const cases: [string, Parameters<TestApp['inject']>[0], number, string][] = [
    ['a null byte', { url: '/docs/static/%00' }, 400, 'invalid_request'],
    ['a long file name', { url: `/docs/static/${'a'.repeat(5_000)}` }, 400, 'invalid_request'],
    ['a long path', { url: `/${'a'.repeat(5_000)}` }, 404, 'route_not_found'],
    ['a broken escape', { url: '/api/tasks/%zz' }, 400, 'invalid_request'],
    [
      'a range past the end',
      { url: asset, headers: { range: 'bytes=99999999-' } },
      416,
      'range_not_satisfiable',
    ],
    ['another version', { url: asset, headers: { 'if-match': '"x"' } }, 412, 'precondition_failed'],
  ];

  for (const [name, request, statusCode, code] of cases) {
    const reply = await inject(request);
    t.equal(reply.statusCode, statusCode, name);
    t.equal(reply.json().code, code, name);
  }
});

t.test('a trailing slash makes no difference', async (t) => {
  const { inject, key } = await openApp(t);
  const list = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' });

  t.equal((await inject({ url: '/health/' })).statusCode, 200);
  t.equal((await inject({ url: '/api/tasks/?limit=1', headers: key })).statusCode, 200);
  t.equal((await inject({ url: '/docs' })).headers.location, '/docs/');
  const call = await inject({
    method: 'POST',
    url: '/mcp/',
    headers: { ...key, ...JSON_TYPE },
    payload: list,
  });
  t.equal(call.statusCode, 200);
});

t.test('an unsupported method gets 405 with the supported ones', async (t) => {
  const { inject, key } = await openApp(t);

  const health = await inject({ method: 'DELETE', url: '/health' });
  t.match(health, { statusCode: 405, headers: { allow: 'GET, HEAD' } });
  t.equal(health.json().code, 'method_not_allowed');
  const tasks = await inject({ method: 'PATCH', url: '/api/tasks', headers: key });
  t.match(tasks, { statusCode: 405, headers: { allow: 'GET, HEAD, POST' } });
});

t.test('an invalid host is refused like a foreign one', async (t) => {
  const { inject, key } = await openApp(t);

  for (const host of ['localhost:99999', 'localhost:80:80', 'evil.example']) {
    const reply = await inject({ method: 'POST', url: '/mcp', headers: { ...key, host }, payload: {} });
    t.match(reply, { statusCode: 403 }, host);
    t.equal(reply.json().code, 'host_refused', host);
  }
});

t.test('Authorization with a foreign scheme is ignored', async (t) => {
  const { inject, key } = await openApp(t);
  const status = async (authorization: string, others: object = key) =>
    (await inject({ url: '/api/tasks', headers: { ...others, authorization } })).statusCode;

  for (const foreign of ['Basic dXNlcjpwdw==', '', 'Negotiate abc', 'bearers abc'])
    t.equal(await status(foreign), 200, foreign);
  t.equal(await status('Bearer abc'), 400, 'two credentials');
  t.equal(await status('Bearer'), 400, 'an empty one beside a key');
  t.equal(await status('Basic dXNlcjpwdw==', {}), 401, 'alone it opens nothing');
});

t.test('a body that is compressed or not UTF-8 is refused', async (t) => {
  const { inject, key } = await openApp(t);
  const payload = JSON.stringify({ plugin: 'sample', action: 'echo', payload: { message: 'é' }, wait: 0 });
  const status = async (headers: object) =>
    (await inject({ method: 'POST', url: '/mcp/execute', headers: { ...key, ...headers }, payload }))
      .statusCode;

  t.equal(await status({ ...JSON_TYPE, 'content-encoding': 'gzip' }), 415);
  t.equal(await status({ 'content-type': 'application/json; charset=latin1' }), 415);
  t.equal(await status({ ...JSON_TYPE, 'content-encoding': 'identity' }), 202);
  for (const charset of ['UTF-8', '"utf-8"', 'utf8'])
    t.equal(await status({ 'content-type': `application/json; charset=${charset}` }), 202, charset);
});

t.test('numbers that would lose digits are found with their pointers', async (t) => {
  t.same(findInexactNumbers('{"a":[9007199254740993,1],"b/c":{"d":-9007199254740992}}'), ['/a/0', '/b~1c/d']);
  t.same(findInexactNumbers('{"a":1e400,"b":-1e999}'), ['/a', '/b']);
  t.same(findInexactNumbers('9007199254740993'), ['']);
  for (const exact of [
    '{"a":9007199254740991}',
    '{"a":"9007199254740993"}',
    '{"a":0.12345678901234567890}',
    '1e22',
  ])
    t.same(findInexactNumbers(exact), [], exact);
});

t.test('two ids that differ in the last digit never become one execution', async (t) => {
  const { inject, key } = await openApp(t);
  const headers = { ...key, ...JSON_TYPE, 'idempotency-key': 'same' };
  const body = (id: string) => `{"plugin":"sample","action":"echo","payload":{"message":"x","id":${id}}}`;

  for (const id of ['9007199254740992', '9007199254740993', '1e400']) {
    const reply = await inject({ method: 'POST', url: '/mcp/execute', headers, payload: body(id) });
    t.match(reply.json(), { status: 400, errors: [{ pointer: '/payload/id' }] }, id);
  }
});

t.test('pages of allowed origins may read the headers of a refusal', async (t) => {
  const test = await startTestApp(t, { CORS_ORIGIN: 'https://app.example' });

  const reply = await test.inject({ url: '/api/tasks', headers: { origin: 'https://app.example' } });
  t.match(reply.headers['access-control-expose-headers'], /www-authenticate.*allow.*mcp-session-id/);
});

import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';

import t from 'tap';

import plugin from './index.ts';
import { respondJson, bodyOf, failureOf, openService, runRequest } from './testing/test-servers.ts';

t.test('method, query, headers and a JSON body arrive, and the JSON response is the result', async (t) => {
  const service = await openService(t, async (request, response) => {
    const { method, url, headers } = request;
    respondJson(response, { method, url, headers, body: JSON.parse(await bodyOf(request)) }, 201);
  });

  const result = await runRequest({
    method: 'PUT',
    url: `${service}/a?x=1`,
    query: { q: 'a b', list: [1, true] },
    headers: { 'X-Api-Key': 'k' },
    body: { json: { n: [1, null] } },
  });

  t.match(result, { status: 201, bodyType: 'json', url: `${service}/a?x=1&q=a+b&list=1&list=true` });
  t.match(result, { redirected: false, headers: { 'content-type': 'application/json' } });
  t.match(result.body, {
    method: 'PUT',
    url: '/a?x=1&q=a+b&list=1&list=true',
    headers: { 'x-api-key': 'k', 'content-type': 'application/json', 'user-agent': 'mcp-server-http/1.0' },
    body: { n: [1, null] },
  });
});

t.test('the query of the URL arrives byte for byte, whatever is added to it', async (t) => {
  const service = await openService(t, (request, response) => respondJson(response, request.url));
  const queries = ['?flag&sig=a%20b%2Fc', '?q=%e4&empty=', '?a+b=%7E', '?x=1&', ''];

  for (const query of queries) {
    t.equal((await runRequest({ url: `${service}/p${query}` })).body, `/p${query}`);
    const added = (await runRequest({ url: `${service}/p${query}`, query: { z: 'ä b' } })).body;
    t.equal(added, `/p${query === '' ? '?' : `${query}&`}z=%C3%A4+b`);
  }
});

t.test('a body is sent as text or as a form', async (t) => {
  const service = await openService(t, async (request, response) => {
    respondJson(response, { type: request.headers['content-type'], body: await bodyOf(request) });
  });
  const send = async (body: unknown, headers = {}) =>
    (await runRequest({ method: 'POST', url: service, body, headers })).body;

  t.same(await send({ text: 'grüße' }), { type: 'text/plain; charset=utf-8', body: 'grüße' });
  t.same(await send({ text: '<a/>' }, { 'Content-Type': 'text/xml' }), { type: 'text/xml', body: '<a/>' });
  t.same(await send({ form: { a: 'x y', b: [1, 2], c: '&=' } }), {
    type: 'application/x-www-form-urlencoded',
    body: 'a=x+y&b=1&b=2&c=%26%3D',
  });
  t.same(await send({ json: null }), { type: 'application/json', body: 'null' });
  await t.rejects(async () => send({}), /exactly one/);
  await t.rejects(async () => send({ text: 'a', json: 1 }), /exactly one/);
});

t.test(
  'a request that is not idempotent carries the key of its execution, or the one of the caller',
  async (t) => {
    const service = await openService(t, (request, response) =>
      respondJson(response, request.headers['idempotency-key'] ?? 'none'),
    );
    const keyOf = async (method: string, headers = {}) =>
      (await runRequest({ method, url: service, headers })).body;

    for (const method of ['POST', 'PATCH']) t.equal(await keyOf(method), 'execution-1', method);
    for (const method of ['GET', 'PUT', 'DELETE', 'OPTIONS']) t.equal(await keyOf(method), 'none', method);
    t.equal(await keyOf('POST', { 'IDEMPOTENCY-key': 'mine' }), 'mine');
  },
);

t.test('429 and 5xx are retried after the time that the response asks for', async (t) => {
  const service = await openService(t, (request, response) => {
    const { pathname } = new URL(request.url ?? '', service);
    const [, status, wait] = pathname.split('/');
    response.writeHead(Number(status), wait ? { 'retry-after': decodeURIComponent(wait) } : {}).end();
  });
  const failure = (path: string) => failureOf(runRequest({ url: `${service}/${path}?token=canary` }));

  t.match(await failure('429/7'), { name: 'RetryableError', code: 'HTTP_429', retryAfterMs: 7_000 });
  t.match(await failure('503/7'), { name: 'RetryableError', code: 'HTTP_503', retryAfterMs: 7_000 });
  const dated = await failure(`503/${encodeURIComponent(new Date(Date.now() + 60_000).toUTCString())}`);
  t.ok(
    Number(dated.retryAfterMs) > 55_000 && Number(dated.retryAfterMs) <= 61_000,
    String(dated.retryAfterMs),
  );
  const plain = await failure('500');
  t.equal(plain.retryAfterMs, undefined);
  t.notMatch(plain.message, 'canary');
});

t.test('another 4xx is a result, unless the caller wants a failure', async (t) => {
  const service = await openService(t, (_request, response) => respondJson(response, { no: 1 }, 404));

  t.match(await runRequest({ url: service }), { status: 404, body: { no: 1 } });
  const failure = await failureOf(runRequest({ url: service, failOnStatus: true }));
  t.match(failure, { name: 'FatalError', code: 'HTTP_404' });
});

t.test('an abort ends the request and its connection', async (t) => {
  let onRequest = () => {};
  const arrived = new Promise<void>((resolve) => (onRequest = resolve));
  let closed: Promise<unknown> | undefined;
  const service = await openService(t, (request) => {
    closed = once(request.socket, 'close');
    onRequest();
  });
  const controller = new AbortController();
  const run = failureOf(runRequest({ url: service }, { signal: controller.signal }));
  await arrived;

  controller.abort(new Error('stopped: cancel'));

  t.match(await run, { message: 'stopped: cancel' });
  await closed;
});

t.test('no response, or an incomplete one, within the timeout is retried', async (t) => {
  const service = await openService(t, (request, response) => {
    if (request.url === '/silent') return;
    response.write('x');
    // One byte at a time keeps an idle timer from firing.
    const timer = setInterval(() => response.write('x'), 20);
    response.on('close', () => clearInterval(timer));
  });

  for (const path of ['/silent', '/slow']) {
    const failure = await failureOf(runRequest({ url: service + path, timeoutMs: 200 }));
    t.match(failure, { name: 'RetryableError', code: 'HTTP_TIMEOUT' }, path);
  }
});

t.test('an unknown host is retried, and its message has no path and query', async (t) => {
  const service = await openService(t, (_request, response) => response.end());
  const resolve: Parameters<typeof runRequest>[1] = { settings: { allow: '127.0.0.0/8' } };

  const unknown = await failureOf(runRequest({ url: 'http://nowhere.test/p?canary' }));
  t.match(unknown, {
    name: 'RetryableError',
    code: 'ENOTFOUND',
    message: 'No response from http://nowhere.test',
  });
  t.notMatch(unknown.message, 'canary');
  const closedPort = service.replace('service.test', '127.0.0.9');
  t.match(await failureOf(runRequest({ url: closedPort }, resolve)), { code: 'ECONNREFUSED' });
});

t.test('a name without addresses, or with a silent resolver, is retried', async (t) => {
  const url = 'http://service.test';

  const none = await failureOf(runRequest({ url }, { resolve: (_name, _options, done) => done(null, []) }));
  t.match(none, { name: 'RetryableError', code: 'ENOTFOUND' });
  for (const scheme of ['http', 'https']) {
    const input = { url: `${scheme}://service.test`, timeoutMs: 100 };
    const silent = await failureOf(runRequest(input, { resolve: () => undefined }));
    t.match(silent, { name: 'RetryableError', code: 'HTTP_TIMEOUT' }, scheme);
  }
});

t.test('a TLS handshake that never ends is ended by the timeout', async (t) => {
  const server = createServer((socket) => socket.resume());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => server.close());
  const closed = once(server, 'connection').then(([socket]) => once(socket as Socket, 'close'));
  const url = `https://service.test:${(server.address() as AddressInfo).port}`;

  t.match(await failureOf(runRequest({ url, timeoutMs: 200 })), { code: 'HTTP_TIMEOUT' });
  await closed;
});

t.test('a URL that cannot be parsed, and a body on a GET, fail at once', async (t) => {
  t.match(await failureOf(runRequest({ url: 'nonsense' })), { name: 'FatalError', code: 'INVALID_URL' });
  const run = failureOf(runRequest({ url: 'http://service.test', body: { text: 'x' } }));
  t.match(await run, { name: 'FatalError', code: 'INVALID_REQUEST' });
});

t.test('the plugin is what a worker loads', async (t) => {
  t.match(plugin, { id: 'http', pool: 'default', actions: { request: { onCrash: 'rerun' } } });
});

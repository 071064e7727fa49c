import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';

import t from 'tap';

import { presentBody } from './present-body.ts';
import { failureOf, openService, runRequest } from './testing/test-servers.ts';

const TOO_LARGE = { name: 'FatalError', code: 'RESPONSE_TOO_LARGE' };
const KIB = 1_024;

t.test('encoded responses are decoded', async (t) => {
  const encodings = { gzip: gzipSync, br: brotliCompressSync, deflate: deflateSync };
  const service = await openService(t, (request, response) => {
    const name = request.url?.slice(1) as keyof typeof encodings;
    response.writeHead(200, { 'content-encoding': name, 'content-type': 'text/plain' });
    response.end(request.method === 'HEAD' ? undefined : encodings[name]('hello'));
  });

  for (const name of Object.keys(encodings)) {
    t.match(await runRequest({ url: `${service}/${name}` }), { body: 'hello', bodyType: 'text' }, name);
  }
  t.match(await runRequest({ method: 'HEAD', url: `${service}/gzip` }), { status: 200, bodyType: 'none' });
});

t.test('a response that does not match its encoding fails', async (t) => {
  const service = await openService(t, (request, response) => {
    response
      .writeHead(200, { 'content-encoding': decodeURIComponent(request.url?.slice(1) ?? '') })
      .end('hello');
  });

  for (const encoding of ['gzip', 'br', 'deflate', 'zip', 'constructor', 'gzip,gzip,gzip']) {
    const failure = await failureOf(runRequest({ url: `${service}/${encoding}` }));
    t.match(failure, { name: 'FatalError', code: 'INVALID_RESPONSE' }, encoding);
  }
});

t.test('a body ends at the cap, however it is sent', async (t) => {
  let sentBytes = 0;
  const bomb = gzipSync(gzipSync(Buffer.alloc(64 * KIB * KIB)));
  const empty = gzipSync('');
  const service = await openService(t, (request, response) => {
    if (request.url === '/bomb') {
      response.writeHead(200, { 'content-encoding': 'gzip, gzip' }).end(bomb);
      return;
    }
    const chunk = request.url === '/empty' ? Buffer.concat(Array(1_000).fill(empty)) : Buffer.alloc(16 * KIB);
    response.writeHead(200, request.url === '/empty' ? { 'content-encoding': 'gzip' } : {});
    const pump = () => {
      do sentBytes += chunk.length;
      while (response.write(chunk));
    };
    response.on('drain', pump);
    pump();
  });
  const failure = (path: string) => failureOf(runRequest({ url: service + path, maxBytes: 100 * KIB }));

  t.match(await failure('/endless'), TOO_LARGE);
  t.ok(sentBytes < 64 * KIB * KIB, `${sentBytes} bytes were sent`);
  t.match(await failure('/empty'), TOO_LARGE);
  const before = process.memoryUsage().rss;
  t.match(await failure('/bomb'), TOO_LARGE);
  t.ok(process.memoryUsage().rss - before < 32 * KIB * KIB, 'the bomb is not unpacked');
});

t.test('a body of exactly the cap is a result', async (t) => {
  const service = await openService(t, (_request, response) => response.end('x'.repeat(10)));

  t.equal((await runRequest({ url: service, maxBytes: 10, responseType: 'text' })).body, 'x'.repeat(10));
  t.match(await failureOf(runRequest({ url: service, maxBytes: 9 })), TOO_LARGE);
});

t.test('endless headers end at their cap', async (t) => {
  const service = await openService(t, ({ socket }) => {
    socket.on('error', () => undefined);
    socket.write('HTTP/1.1 200 OK\r\n');
    const pump = () => {
      while (!socket.destroyed && socket.write(`x-header-${'y'.repeat(200)}: z\r\n`));
    };
    socket.on('drain', pump);
    pump();
  });

  t.match(await failureOf(runRequest({ url: service, timeoutMs: 5_000 })), TOO_LARGE);
});

t.test('a body is shown as its content type says, or as the caller asks', async (t) => {
  const json = Buffer.from('{"a":1}');
  const show = (type: string | undefined, wanted: Parameters<typeof presentBody>[2] = 'auto', bytes = json) =>
    presentBody(bytes, type, wanted, true);

  t.same(show('application/json; charset=utf-8'), { body: { a: 1 }, bodyType: 'json' });
  t.same(show('application/problem+json'), { body: { a: 1 }, bodyType: 'json' });
  t.same(show('text/html'), { body: '{"a":1}', bodyType: 'text' });
  t.same(show('application/octet-stream'), { body: json.toString('base64'), bodyType: 'base64' });
  t.same(show(undefined, 'json'), { body: { a: 1 }, bodyType: 'json' });
  t.same(show('application/json', 'base64').bodyType, 'base64');
  t.same(show('application/json', 'text').bodyType, 'text');
  t.same(show('application/json', 'auto', Buffer.from('{')), { body: '{', bodyType: 'text' });
  t.same(show('text/plain; charset=latin1', 'auto', Buffer.from([0xe9])), { body: 'é', bodyType: 'text' });
  t.same(show('text/plain; charset=none-such', 'auto', Buffer.from('é')), { body: 'é', bodyType: 'text' });
  t.same(show('application/json', 'json', Buffer.alloc(0)), { body: null, bodyType: 'none' });
});

t.test('if JSON is wanted, anything else fails, but an error page is shown', async (t) => {
  const page = Buffer.from('<html>');

  t.throws(() => presentBody(page, 'text/html', 'json', true), { code: 'INVALID_RESPONSE' });
  t.same(presentBody(page, 'text/html', 'json', false), { body: '<html>', bodyType: 'text' });
});

t.test('a key named __proto__ in a response is a plain key', async (t) => {
  const service = await openService(t, (_request, response) =>
    response
      .writeHead(200, { 'content-type': 'application/json', __proto__: 'x' })
      .end('{"__proto__":{"x":1}}'),
  );

  const { body } = await runRequest({ url: service });

  t.equal(JSON.stringify(body), '{"__proto__":{"x":1}}');
  t.equal(({} as { x?: unknown }).x, undefined);
});

t.test('text has many names', async (t) => {
  const shown = (type: string) => presentBody(Buffer.from('a: 1'), type, 'auto', true).bodyType;
  const texts = ['application/yaml', 'application/x-yaml', 'application/openapi+yaml', 'application/toml'];
  const more = ['application/x-ndjson', 'application/sql', 'application/graphql', 'application/ecmascript'];

  for (const type of [...texts, ...more, 'application/vnd.acme; charset=utf-8'])
    t.equal(shown(type), 'text', type);
  for (const type of ['application/octet-stream', 'image/png', 'application/pdf', ''])
    t.equal(shown(type), 'base64', type);
});

t.test('JSON whose numbers would lose digits is kept as text', async (t) => {
  for (const text of ['{"id":9007199254740993}', '[1e400]', '-9007199254740993']) {
    for (const type of ['auto', 'json'] as const)
      t.same(presentBody(Buffer.from(text), 'application/json', type, true), {
        body: text,
        bodyType: 'text',
      });
  }
  t.match(presentBody(Buffer.from('[0.1,9007199254740991]'), 'application/json', 'auto', true), {
    bodyType: 'json',
  });
});

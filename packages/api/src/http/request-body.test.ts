import { once } from 'node:events';
import { connect } from 'node:net';

import t from 'tap';

import { publishSample, startTestApp } from '../testing/test-app.ts';
import { isTooDeep } from './json-body.ts';

const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);

t.test('depth counts brackets outside of strings only', async (t) => {
  t.notOk(isTooDeep(nested(64)));
  t.ok(isTooDeep(nested(65)));
  t.notOk(isTooDeep(JSON.stringify({ text: `"${nested(100)}\\` })));
  t.ok(isTooDeep(`{"a\\"":${nested(64)}}`));
});

t.test('bodies that are not plain, shallow JSON are refused before they are processed', async (t) => {
  const test = await startTestApp(t);
  await publishSample(test);
  const { headers } = await test.signUp('mary');
  const post = (payload: string, contentType = 'application/json') =>
    test.inject({
      method: 'POST',
      url: '/mcp/execute',
      headers: { ...headers, 'content-type': contentType },
      payload,
    });
  const call = (payload: string) => `{"plugin":"sample","action":"echo","payload":${payload}}`;

  const cases: [string, Awaited<ReturnType<typeof post>>, number, string][] = [
    ['100,000 levels', await post(call(nested(100_000))), 400, 'invalid_request'],
    ['__proto__', await post('{"__proto__":{"isAdmin":true}}'), 400, 'invalid_request'],
    ['nested __proto__', await post(call('{"a":{"__proto__":{}}}')), 400, 'invalid_request'],
    ['escaped __proto__', await post('{"\\u005f_proto__":{}}'), 400, 'invalid_request'],
    ['constructor.prototype', await post('{"constructor":{"prototype":{}}}'), 400, 'invalid_request'],
    ['broken', await post('{'), 400, 'invalid_request'],
    ['none', await post(''), 400, 'invalid_request'],
    ['text', await post('hello', 'text/plain'), 415, 'unsupported_media_type'],
    ['form', await post('a=b', 'application/x-www-form-urlencoded'), 415, 'unsupported_media_type'],
    ['garbage after the type', await post('{}', 'application/json garbage'), 415, 'unsupported_media_type'],
    ['1 MiB and a byte', await post('x'.repeat(1_048_577)), 413, 'payload_too_large'],
    ['large payload', await post(call(`{"message":"${'x'.repeat(262_144)}"}`)), 413, 'payload_too_large'],
  ];

  for (const [name, reply, statusCode, code] of cases) {
    t.equal(reply.statusCode, statusCode, name);
    t.equal(reply.json().code, code, name);
    t.match(reply.headers['content-type'], 'application/problem+json', name);
  }
  t.equal(({} as Record<string, unknown>).isAdmin, undefined);
});

t.test('a problem names its pointer and its request, and nothing internal', async (t) => {
  const { inject } = await startTestApp(t);

  const body = await inject({
    method: 'POST',
    url: '/api/auth/login',
    payload: { email: 'no mail', 'a/b~c': 1 },
  });
  const unknown = await inject({ url: '/nowhere?token=secret' });

  t.match(body.json(), {
    title: 'Bad Request',
    status: 400,
    instance: `urn:uuid:${String(body.headers['x-request-id'])}`,
  });
  t.same(
    body.json().errors.map(({ pointer }: { pointer: string }) => pointer),
    ['/email', '/password', '/a~1b~0c'],
  );
  t.match(unknown.json(), {
    status: 404,
    code: 'route_not_found',
    detail: 'There is no route GET /nowhere.',
  });
});

t.test('pointers into the query start with a question mark, and operators are not filters', async (t) => {
  const { inject, signUp } = await startTestApp(t);
  const { headers } = await signUp('mary');

  for (const [query, pointer] of [
    ['limit=0', '?limit'],
    ['limit=1e9', '?limit'],
    ['status[$ne]=queued', '?status[$ne]'],
    ['cursor=abc', '?cursor'],
    ['sort=$where', '?sort'],
  ] as const) {
    const reply = await inject({ url: `/api/tasks?${query}`, headers });
    t.equal(reply.statusCode, 400, query);
    t.match(reply.json(), { errors: [{ pointer }] }, query);
  }
});

t.test('a malformed request line is answered and the process lives on', async (t) => {
  const { app, inject } = await startTestApp(t);
  const { port } = new URL(await app.listen({ port: 0, host: '127.0.0.1' }));
  const socket = connect(Number(port), '127.0.0.1').end('GARBAGE\r\n\r\n');

  const [answer] = (await once(socket, 'data')) as [Buffer];

  t.match(answer.toString(), /^HTTP\/1\.1 400/);
  t.equal((await inject({ url: '/health' })).body, '{"ok":true}');
  t.equal((await inject({ url: '/api/tasks/%zz' })).statusCode, 400);
});

t.test('the OpenAPI document describes every route, and every reference in it resolves', async (t) => {
  const { inject } = await startTestApp(t);

  const document = (await inject({ url: '/openapi.json' })).json();

  t.equal(document.openapi, '3.1.0');
  t.match(document.paths['/mcp/execute'].post, {
    security: [{ bearer: [] }],
    responses: { 202: {}, 404: {} },
  });
  const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/(?<path>[^"]+)"/g)];
  t.ok(references.length > 0);
  for (const { groups } of references) {
    const target = groups?.path?.split('/').reduce((node, key) => node?.[key], document);
    t.ok(target, groups?.path ?? '');
  }
});

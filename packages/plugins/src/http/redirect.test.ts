import t from 'tap';

import type { Outgoing } from './outgoing.ts';
import { followRedirect } from './redirect.ts';
import { respondJson, bodyOf, failureOf, openService, runRequest } from './testing/test-servers.ts';

const post: Outgoing = {
  url: new URL('https://a.test/start?q=1'),
  method: 'POST',
  headers: {
    authorization: 'Bearer x',
    'x-api-key': 'k',
    cookie: 'c',
    accept: '*/*',
    'content-type': 'text/plain',
  },
  body: 'text',
};

t.test('301, 302 and 303 turn a POST into a GET, 307 and 308 repeat it', async (t) => {
  for (const status of [301, 302, 303]) {
    t.match(followRedirect(post, status, '/next'), { method: 'GET', body: undefined }, String(status));
    t.notOk(followRedirect(post, status, '/next')?.headers['content-type']);
  }
  for (const status of [307, 308]) {
    t.match(followRedirect(post, status, '/next'), { method: 'POST', body: 'text' }, String(status));
  }
  t.equal(followRedirect({ ...post, method: 'HEAD' }, 303, '/next')?.method, 'HEAD');
  t.equal(followRedirect({ ...post, method: 'PUT' }, 302, '/next')?.method, 'PUT');
});

t.test('credentials stay on their origin', async (t) => {
  const same = followRedirect(post, 307, '/next');
  t.match(same, { url: { href: 'https://a.test/next' }, headers: post.headers });

  for (const location of ['https://b.test/', 'https://a.test:8443/', '//sub.a.test/']) {
    const headers = followRedirect(post, 307, location)?.headers;
    t.same(headers, { accept: '*/*', 'content-type': 'text/plain' }, location);
  }
});

t.test('https never redirects to http', async (t) => {
  t.throws(() => followRedirect(post, 302, 'http://a.test/'), { code: 'INSECURE_REDIRECT' });
  const plain = { ...post, url: new URL('http://a.test') };
  t.equal(followRedirect(plain, 302, 'https://a.test/')?.url.protocol, 'https:');
});

t.test('a response without a location or with another status is the result', async (t) => {
  for (const status of [200, 300, 304, 305]) t.equal(followRedirect(post, status, '/next'), undefined);
  t.equal(followRedirect(post, 302, undefined), undefined);
  t.throws(() => followRedirect(post, 302, 'https://['), { code: 'INVALID_REDIRECT' });
});

t.test('redirects are followed to another service, which gets the body and no credentials', async (t) => {
  const other = await openService(t, async (request, response) =>
    respondJson(response, { headers: request.headers, body: await bodyOf(request) }),
  );
  const service = await openService(t, (_request, response) =>
    response.writeHead(307, { location: `${other}/there` }).end(),
  );

  const result = await runRequest({
    method: 'POST',
    url: service,
    headers: { authorization: 'Bearer x', 'x-token': 'y', 'accept-language': 'de' },
    body: { json: [1] },
  });

  t.match(result, { status: 200, url: `${other}/there`, redirected: true });
  const { headers, body } = result.body as { headers: Record<string, string>; body: string };
  t.equal(body, '[1]');
  t.match(headers, { 'accept-language': 'de', 'idempotency-key': 'execution-1' });
  t.same([headers['authorization'], headers['x-token']], [undefined, undefined]);
});

t.test('more redirects than asked for fail, and 0 returns the redirect', async (t) => {
  const service = await openService(t, (_request, response) =>
    response.writeHead(302, { location: '/' }).end(),
  );

  const failure = await failureOf(runRequest({ url: service, maxRedirects: 3 }));
  t.match(failure, { name: 'FatalError', code: 'TOO_MANY_REDIRECTS' });
  const result = await runRequest({ url: service, maxRedirects: 0 });
  t.match(result, { status: 302, headers: { location: '/' }, redirected: false });
});

import t from 'tap';

import { HttpSettings } from './settings.ts';
import { failureOf, openService, resolveFrom, runRequest, SERVICE } from './testing/test-servers.ts';

t.test('an operator allows private hosts by name, address and network', async (t) => {
  const service = await openService(t, (_request, response) => response.end('here'));
  const { port } = new URL(service);

  for (const allow of ['127.0.0.1', '10.0.0.0/8, 127.0.0.0/8', 'SERVICE.test.']) {
    const { status } = await runRequest({ url: service }, { settings: { allow } });
    t.equal(status, 200, allow);
  }
  const literal = await runRequest(
    { url: `http://127.0.0.1:${port}` },
    { settings: { allow: '127.0.0.1/32' } },
  );
  t.equal(literal.status, 200);
  const mapped = { url: `http://[::ffff:127.0.0.1]:${port}` };
  t.equal((await runRequest(mapped, { settings: { allow: '127.0.0.1' } })).status, 200);
});

t.test('an allowed name does not open the address behind it', async (t) => {
  const service = await openService(t, (_request, response) => response.end('here'));

  const run = runRequest(
    { url: `http://127.0.0.1:${new URL(service).port}` },
    { settings: { allow: SERVICE } },
  );

  t.equal((await failureOf(run)).code, 'SSRF_BLOCKED');
});

t.test('a denied host stays denied, by name and by address', async (t) => {
  const resolve = resolveFrom({ [SERVICE]: ['127.0.0.1'], 'api.example.com': ['93.184.215.14'] });

  for (const deny of [SERVICE, '127.0.0.0/8']) {
    const run = runRequest({ url: `http://${SERVICE}` }, { settings: { allow: SERVICE, deny }, resolve });
    t.equal((await failureOf(run)).code, 'SSRF_BLOCKED', deny);
  }
  for (const deny of ['api.example.com', '93.184.215.14']) {
    const run = runRequest({ url: 'http://api.example.com' }, { settings: { deny }, resolve });
    t.equal((await failureOf(run)).code, 'SSRF_BLOCKED', deny);
  }
});

t.test('an entry that is not a host is refused, and its text is not repeated', async (t) => {
  for (const bad of ['10.0.0.0/99', '300.1.1.1', 'http://canary', 'a b', '*.canary.com', '10.0.0']) {
    const parsed = HttpSettings.safeParse({ allow: `good.test,${bad}` });
    t.match(parsed.error?.message, /entry 2 is not a host name/, bad);
    t.notMatch(parsed.error?.message, /canary/);
  }
  t.ok(HttpSettings.safeParse({ allow: 'a.test, 10.0.0.0/8, ::1, [fd00::1], fd00::/8,' }).success);
});

import type { IncomingHttpHeaders } from 'node:http';

import { runAction } from '@mcp-server/plugin-sdk/testing';
import t from 'tap';

import plugin from './index.ts';
import { openService, respondJson, SERVICE } from './testing/test-servers.ts';

const VALUE = 'Kq7/w+T9 "x"&4';
const [A, B] = ['127.0.0.1', 'localhost'];
const ALLOW = `${SERVICE},127.0.0.1,localhost,::1`;
type Given = NonNullable<NonNullable<Parameters<typeof runAction>[3]>['secrets']>;

/** The services of these tests are called by their addresses: a run in the harness resolves names as the system does. */
const at = (service: string, host = A) => service.replace(SERVICE, host);
const hostOf = (service: string, host = A) => at(service, host).slice('http://'.length);

const call = (input: object, secrets: Given) =>
  runAction(plugin, 'request', input, { secrets, settings: { allow: ALLOW }, retry: { attempts: 1 } });

/** A service that tells what it got, and redirects from `/to?url=…`. */
async function openEcho(t: Parameters<typeof openService>[0]) {
  const got: { url: string; headers: IncomingHttpHeaders }[] = [];
  const service = await openService(t, ({ url = '', headers }, response) => {
    got.push({ url, headers });
    const to = new URL(url, 'http://x').searchParams.get('to');
    if (to === null) respondJson(response, { url, headers });
    else response.writeHead(302, { location: to }).end();
  });
  return { service, got };
}

t.test('secrets arrive as header, query, bearer and basic, and do not come back', async (t) => {
  const { service, got } = await openEcho(t);
  const secrets = { token: { value: VALUE, hosts: [hostOf(service)] } };
  const ways = [
    { headers: { 'X-Api-Key': 'token' } },
    { query: { key: 'token' } },
    { bearer: 'token' },
    { basic: { username: 'me', password: 'token' } },
  ];

  const runs = await Promise.all(
    ways.map((way) => call({ url: `${at(service)}/p?a=1`, secrets: way }, secrets)),
  );

  t.same(
    runs.map(({ status }) => status),
    ['completed', 'completed', 'completed', 'completed'],
  );
  const basic = `Basic ${Buffer.from(`me:${VALUE}`).toString('base64')}`;
  t.ok(got.some(({ headers }) => headers['x-api-key'] === VALUE));
  t.ok(
    got.some(
      ({ url }) => url.startsWith('/p?a=1&') && new URL(url, 'http://x').searchParams.get('key') === VALUE,
    ),
  );
  t.ok(got.some(({ headers }) => headers['authorization'] === `Bearer ${VALUE}`));
  t.ok(got.some(({ headers }) => headers['authorization'] === basic));
  const all = JSON.stringify(runs);
  for (const form of [
    VALUE,
    JSON.stringify(JSON.stringify(VALUE)).slice(3, -3),
    encodeURIComponent(VALUE),
    basic.slice(10, -4),
  ])
    t.notOk(all.includes(form), form);
});

t.test('a secret is not sent to a host that it does not name: nothing is sent at all', async (t) => {
  const { service, got } = await openEcho(t);
  for (const hosts of [[], ['api.example.com'], [A], [hostOf(service, B)], [`${A}:1`]]) {
    const { failure } = await call(
      { url: at(service), secrets: { bearer: 'token' } },
      { token: { value: VALUE, hosts } },
    );
    t.equal(failure?.code, 'SECRET_HOST', hosts.join());
  }
  const unknown = await call({ url: at(service), secrets: { bearer: 'other' } }, { token: VALUE });

  t.equal(unknown.failure?.code, 'SECRET_UNKNOWN');
  t.same(got, []);
});

t.test('after a redirect it goes only to hosts that it names', async (t) => {
  const [first, second] = [await openEcho(t), await openEcho(t)];
  const [from, to] = [at(first.service), at(second.service)];
  const named = { token: { value: VALUE, hosts: [hostOf(first.service)] } };
  const both = { token: { value: VALUE, hosts: [hostOf(first.service), hostOf(second.service)] } };
  const secrets = { headers: { 'User-Key': 'token', 'Accept-Language': 'token' }, bearer: 'token' };
  const follow = (target: string) => `${from}/?to=${encodeURIComponent(target)}`;
  const credentials = ({ got }: typeof first) =>
    got.map(
      ({ headers }) =>
        ['user-key', 'authorization', 'accept-language'].filter((name) => headers[name]?.includes(VALUE))
          .length,
    );

  const away = await call({ url: follow(`${to}/away`), secrets }, named);
  const same = await call({ url: follow(`${from}/same`), secrets }, named);
  const back = await call({ url: follow(`${to}/?to=${encodeURIComponent(`${from}/back`)}`), secrets }, named);
  t.same(
    [away, same, back].map(({ status }) => status),
    ['completed', 'completed', 'completed'],
  );
  t.same(credentials(second), [0, 0], 'the other host');
  t.same(credentials(first), [3, 3, 3, 3, 3], 'the named one, also when a redirect leads back to it');

  await call({ url: follow(`${to}/named`), secrets }, both);
  t.equal(credentials(second).at(-1), 3, 'another host that it names too');
});

t.test('an address with the secret in it is not followed to another host', async (t) => {
  const [first, second] = [await openEcho(t), await openEcho(t)];
  const [from, to] = [at(first.service), at(second.service)];
  const secrets = { token: { value: VALUE, hosts: [hostOf(first.service)] } };
  const targets = [
    `${to}/?key=${encodeURIComponent(VALUE)}`,
    `${to}/?${new URLSearchParams({ key: VALUE }).toString()}`,
    `${to}/${encodeURIComponent(VALUE)}`,
  ];

  for (const way of [{ query: { key: 'token' } }, { bearer: 'token' }, { headers: { 'x-key': 'token' } }])
    for (const target of targets) {
      const { failure } = await call(
        { url: `${from}/?to=${encodeURIComponent(target)}`, secrets: way },
        secrets,
      );
      t.equal(failure?.code, 'SECRET_HOST', `${JSON.stringify(way)} ${target}`);
    }

  t.same(second.got, []);
});

t.test('what cannot be a header, or is given twice, fails without being sent or shown', async (t) => {
  const { service, got } = await openEcho(t);
  const secrets = { token: { value: 'line one\r\nX-Evil: 1', hosts: [hostOf(service)] } };
  const runs = await Promise.all([
    call({ url: at(service), secrets: { bearer: 'token' } }, secrets),
    call(
      {
        url: at(service),
        headers: { Authorization: 'x' },
        secrets: { basic: { username: 'a', password: 'token' } },
      },
      secrets,
    ),
    call({ url: at(service), secrets: { headers: { authorization: 'token' }, bearer: 'token' } }, secrets),
    call(
      { url: at(service), secrets: { bearer: 'token', basic: { username: 'a', password: 'token' } } },
      secrets,
    ),
    call({ url: at(service), secrets: { headers: { host: 'token' } } }, secrets),
  ]);

  t.same(
    runs.map(({ status }) => status),
    Array.from({ length: 5 }, () => 'failed'),
  );
  t.notOk(JSON.stringify(runs).includes('X-Evil'));
  t.same(got, []);
});

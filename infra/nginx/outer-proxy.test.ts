import { request } from 'node:http';
import { json } from 'node:stream/consumers';

import { openNamespace, startProcess } from '@mcp-server/testing';
import t, { type Test } from 'tap';

import { startNginx, startOuterProxy } from './start-nginx.ts';

const OUTER = '127.0.0.9';
const PASSWORD = 'A-long-enough-passphrase-1';
const MARY = { email: 'mary@example.com', username: 'mary', password: PASSWORD };
const PUBLIC_HOST = 'mcp.example.com';

interface Reply {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: Record<string, unknown>;
}

/** Two clients, 127.0.0.2 and 127.0.0.3, behind a proxy that is in front of nginx. */
async function startAll(t: Test, { outerProxies, env = {} }: { outerProxies: string[]; env?: object }) {
  const space = await openNamespace(t);
  const api = await startProcess(t, 'api', {
    ...space.env,
    TRUST_PROXY: '127.0.0.1',
    AUTH_LIMIT_FAILURES: '2',
    ...env,
  });
  const inner = await startNginx(t, { apiPorts: [Number(api.started['port'])], outerProxies });
  const outerUrl = await startOuterProxy(t, { to: inner.port, from: OUTER });
  const send = (
    url: string,
    { from = '127.0.0.2', body, headers = {} }: { from?: string; body?: object; headers?: object } = {},
  ) =>
    new Promise<Reply>((resolve, reject) => {
      const type = body ? { 'content-type': 'application/json' } : {};
      const call = request(url, {
        localAddress: from,
        method: body ? 'POST' : 'GET',
        headers: { ...type, ...headers },
      });
      call.on('response', (response) => {
        const { statusCode: status = 0, headers } = response;
        const finish = (read: unknown) => resolve({ status, headers, body: (read ?? {}) as Reply['body'] });
        if (status === 204) response.resume().once('end', finish);
        else json(response).then(finish, reject);
      });
      call.on('error', reject).end(body && JSON.stringify(body));
    });
  const registered = await send(`${inner.url}/api/auth/register`, { body: { ...MARY, role: 'admin' } });
  const logIn = (password: string, from: string, headers: object = {}, url: string = outerUrl) =>
    send(`${url}/api/auth/login`, { from, headers, body: { email: MARY.email, password } });
  const seenAddresses = async () => {
    const sessions = await space.models.SessionModel.find().sort({ createdAt: 1 }).lean<{ ip?: string }[]>();
    return sessions.map(({ ip }) => ip);
  };
  return { api, inner, outerUrl, send, logIn, seenAddresses, registered };
}

t.test(
  'the wrong passwords of one client do not lock the account for others behind the same proxy',
  async (t) => {
    const { logIn, seenAddresses } = await startAll(t, { outerProxies: [OUTER] });

    const attempts = [];
    for (let count = 0; count < 3; count += 1) attempts.push((await logIn('wrong', '127.0.0.2')).status);
    const right = await logIn(PASSWORD, '127.0.0.3');

    t.same(attempts, [401, 401, 429]);
    t.equal((await logIn(PASSWORD, '127.0.0.2')).status, 429, 'the guesser stays locked out');
    t.equal(right.status, 200);
    t.equal((await seenAddresses()).at(-1), '127.0.0.3');
  },
);

t.test('a client cannot choose its address, through the proxies or past the outer one', async (t) => {
  const { logIn, inner, seenAddresses } = await startAll(t, { outerProxies: [OUTER] });

  for (const [header, value] of [
    ['x-forwarded-for', '6.6.6.6'],
    ['x-forwarded-for', `6.6.6.6, ${OUTER}`],
    ['x-real-ip', '6.6.6.6'],
    ['forwarded', 'for=6.6.6.6'],
  ] as const) {
    for (const url of [undefined, inner.url]) {
      t.equal((await logIn(PASSWORD, '127.0.0.2', { [header]: value }, url)).status, 200);
      t.equal(
        (await seenAddresses()).at(-1),
        '127.0.0.2',
        `${header}: ${value} to ${url ?? 'the outer proxy'}`,
      );
    }
  }
});

t.test('a proxy that is not named counts as the client, whatever it forwards', async (t) => {
  const { logIn, seenAddresses } = await startAll(t, { outerProxies: [] });

  await logIn(PASSWORD, '127.0.0.3');

  t.equal((await seenAddresses()).at(-1), OUTER);
});

t.test('links, cookies and origins follow PUBLIC_URL, not the next hop', async (t) => {
  const publicUrl = `https://${PUBLIC_HOST}`;
  const { outerUrl, send } = await startAll(t, {
    outerProxies: [OUTER],
    env: { PUBLIC_URL: publicUrl, ALLOWED_HOSTS: 'internal.example' },
  });
  const host = { host: PUBLIC_HOST };

  const wellKnown = `${outerUrl}/.well-known/oauth-protected-resource/mcp`;
  const metadata = await send(wellKnown, { headers: host });
  const refused = await send(`${outerUrl}/mcp`, { headers: host, body: {} });
  const cookie = await send(`${outerUrl}/api/auth/dashboard-session`, {
    headers: { host: 'internal.example', origin: publicUrl },
    body: { email: MARY.email, password: PASSWORD },
  });
  const foreign = await send(wellKnown, { headers: { host: 'evil.example' } });

  t.equal(metadata.body['resource'], `${publicUrl}/mcp`);
  t.equal(refused.status, 401);
  t.match(refused.headers['www-authenticate'], `resource_metadata="${publicUrl}/.well-known/`);
  t.equal(cookie.status, 204);
  t.match(String(cookie.headers['set-cookie']), /; Secure/);
  t.equal(foreign.status, 403);
});

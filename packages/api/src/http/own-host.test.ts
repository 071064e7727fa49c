import t from 'tap';

import { startTestApp } from '../testing/test-app.ts';
import { isOwnHost } from './own-host.ts';

/** Routes of every kind: pages, metrics, accounts, tools, and paths that do not exist. */
const PATHS = [
  '/metrics',
  '/docs/',
  '/openapi.json',
  '/admin/login',
  '/api/plugins',
  '/ws',
  '/mcp',
  '/nothing',
];

t.test('a request under a foreign host name is refused on every route but the probes', async (t) => {
  const { inject } = await startTestApp(t);
  const foreign = { host: 'rebound.evil.example:3000' };

  for (const url of PATHS)
    t.match((await inject({ url, headers: foreign })).json(), { status: 403, code: 'host_refused' }, url);
  const payload = {
    email: 'a@example.com',
    username: 'first',
    password: 'SecurePassword123!',
    role: 'admin',
  };
  const first = await inject({ method: 'POST', url: '/api/auth/register', headers: foreign, payload });
  const preflight = await inject({ method: 'OPTIONS', url: '/api/tasks', headers: foreign });
  t.match(first.json(), { code: 'host_refused' }, 'a page with a rebound name registers no first admin');
  t.equal(preflight.statusCode, 403);
  for (const url of ['/health', '/health/ready'])
    t.equal((await inject({ url, headers: foreign })).statusCode, 200, url);
});

t.test('the own names are those of the settings', async (t) => {
  const { inject } = await startTestApp(t, {
    PUBLIC_URL: 'https://mcp.example.com',
    ALLOWED_HOSTS: 'other.example.com, .svc.cluster.local',
  });
  const statusFor = async (host: string) => (await inject({ url: '/ws/info', headers: { host } })).statusCode;

  for (const host of [
    'mcp.example.com',
    'OTHER.example.com:443',
    'api.default.svc.cluster.local:3000',
    'api',
  ])
    t.not(await statusFor(host), 403, host);
  for (const host of ['example.com', 'evil-mcp.example.com', 'evilsvc.cluster.local', 'localhost:99999'])
    t.equal(await statusFor(host), 403, host);
});

t.test('an attacker cannot point addresses and names without a dot anywhere', async (t) => {
  for (const own of ['localhost', 'localhost.', '127.0.0.1', '10.0.0.7', '[::1]', '[fe80::1]', 'api', ''])
    t.ok(isOwnHost(own, []), own);
  for (const foreign of ['localhost.evil.com', '127.0.0.1.nip.io', '1.2.3', 'evil.com.', '[::1].evil.com'])
    t.notOk(isOwnHost(foreign, []), foreign);
});

import t from 'tap';

import { loadApiEnv } from './config.ts';

t.test('lists are separated by commas', async (t) => {
  const env = loadApiEnv({
    CORS_ORIGIN: 'https://a.example.com, http://localhost:5173',
    TRUST_PROXY: '10.0.0.1,fd00::1',
  });

  t.same(env.CORS_ORIGIN, ['https://a.example.com', 'http://localhost:5173']);
  t.same(env.TRUST_PROXY, ['10.0.0.1', 'fd00::1']);
});

t.test('origins that are patterns, paths or bare names are refused', async (t) => {
  for (const origin of [
    '*',
    'null',
    'https://*.example.com',
    'https://a.example.com/',
    'a.example.com',
    'ftp://a',
  ]) {
    t.throws(() => loadApiEnv({ CORS_ORIGIN: origin }), /CORS_ORIGIN/, origin);
  }
});

t.test('networks of proxies are accepted', async (t) => {
  const { TRUST_PROXY } = loadApiEnv({ TRUST_PROXY: '10.20.0.0/24, 10.0.0.1/32, fd00::/64' });
  t.same(TRUST_PROXY, ['10.20.0.0/24', '10.0.0.1/32', 'fd00::/64']);
});

t.test('a public URL is an origin; a path prefix needs a host of its own', async (t) => {
  for (const [url, origin] of [
    ['https://mcp.example.com', 'https://mcp.example.com'],
    ['https://mcp.example.com/', 'https://mcp.example.com'],
    ['http://localhost:3000', 'http://localhost:3000'],
  ] as const)
    t.equal(loadApiEnv({ PUBLIC_URL: url }).PUBLIC_URL, origin);
  for (const url of ['https://a.example.com/mcp', 'mcp.example.com', 'ftp://a', 'https://a?b', 'https://u@a'])
    t.throws(() => loadApiEnv({ PUBLIC_URL: url }), /PUBLIC_URL.*host of its own/, url);
});

t.test('all networks, hop counts and names of proxies are refused', async (t) => {
  for (const proxy of ['loopback', 'true', '1', '0.0.0.0/0', '::/0', '0.0.0.0/1', 'nginx', '10.0.0.1/33']) {
    t.throws(() => loadApiEnv({ TRUST_PROXY: proxy }), /TRUST_PROXY/, proxy);
  }
});

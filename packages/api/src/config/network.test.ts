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

t.test('ranges, hop counts and names of proxies are refused', async (t) => {
  for (const proxy of ['loopback', 'true', '1', '10.0.0.0/8', 'nginx', '10.0.0.1/32']) {
    t.throws(() => loadApiEnv({ TRUST_PROXY: proxy }), /TRUST_PROXY/, proxy);
  }
});

import { createHmac } from 'node:crypto';

import t from 'tap';

import { type Account, startTestApp } from '../testing/test-app.ts';

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const decode = (part = '') =>
  JSON.parse(Buffer.from(part, 'base64url').toString()) as Record<string, unknown>;

/** A token with changed claims or header, signed with `secret` as an attacker or an insider could. */
function forge(account: Account, secret: string, changes: { claims?: object; header?: object } = {}): string {
  const [header, claims] = account.headers.authorization.slice('Bearer '.length).split('.');
  const body = `${encode({ ...decode(header), ...changes.header })}.${encode({ ...decode(claims), ...changes.claims })}`;
  return `${body}.${createHmac('sha256', secret).update(body).digest('base64url')}`;
}

t.test('only fresh access tokens of this server are accepted', async (t) => {
  const { inject, signUp, deps } = await startTestApp(t);
  const mary = await signUp('mary');
  const secret = deps.config.JWT_SECRET;
  const now = Math.floor(Date.now() / 1_000);
  const valid = mary.headers.authorization.slice('Bearer '.length);
  const [header, claims, signature = ''] = valid.split('.');
  const unsigned = `${encode({ alg: 'none', typ: 'JWT' })}.${claims}`;

  const refused: Record<string, string> = {
    'alg none': `${unsigned}.`,
    'alg none with a signature': `${unsigned}.${signature}`,
    'alg nOnE': `${encode({ alg: 'nOnE' })}.${claims}.`,
    'wrong key': forge(mary, 'another secret of thirty-two characters'),
    'alg HS512 in the header': forge(mary, secret, { header: { alg: 'HS512' } }),
    'unknown crit': forge(mary, secret, { header: { crit: ['x'] } }),
    'refresh token': mary.refreshToken,
    'other typ': forge(mary, secret, { claims: { typ: 'refresh' } }),
    'no typ': forge(mary, secret, { claims: { typ: undefined } }),
    'wrong aud': forge(mary, secret, { claims: { aud: ['other'] } }),
    'aud with more': forge(mary, secret, { claims: { aud: ['api', 'mcp', 'x'] } }),
    'aud as text': forge(mary, secret, { claims: { aud: 'api' } }),
    'wrong iss': forge(mary, secret, { claims: { iss: 'other' } }),
    expired: forge(mary, secret, { claims: { iat: now - 900, exp: now - 1 } }),
    'exp as text': forge(mary, secret, { claims: { exp: String(now + 60) } }),
    'no exp': forge(mary, secret, { claims: { exp: undefined } }),
    'exp in the year 9999': forge(mary, secret, { claims: { exp: 253_370_764_800 } }),
    'issued in the future': forge(mary, secret, { claims: { iat: now + 120, exp: now + 180 } }),
    'nbf in the future': forge(mary, secret, { claims: { nbf: now + 60 } }),
    'older token version': forge(mary, secret, { claims: { tv: -1 } }),
    'other session': forge(mary, secret, { claims: { sid: '6f1c1f0e-6f0a-4d9c-9d6c-3a1e0f7f5b11' } }),
    'other user': forge(mary, secret, { claims: { sub: '0123456789abcdef01234567' } }),
    'signature stripped': `${header}.${claims}.`,
    'no signature at all': `${header}.${claims}`,
    'signature cut': valid.slice(0, -2),
    'key for machines': 'mcp_0123456789',
    nothing: '',
  };

  for (const [name, token] of Object.entries(refused)) {
    const reply = await inject({ url: '/api/auth/profile', headers: { authorization: `Bearer ${token}` } });
    t.equal(reply.statusCode, 401, name);
    t.equal(reply.headers['www-authenticate'], 'Bearer', name);
  }
  for (const [name, header] of [
    ['valid', `Bearer ${valid}`],
    ['signed alike', `Bearer ${forge(mary, secret)}`],
  ] as const) {
    const reply = await inject({ url: '/api/auth/profile', headers: { authorization: header } });
    t.equal(reply.statusCode, 200, name);
  }
});

t.test('a token in the query or without its scheme is refused', async (t) => {
  const { inject, signUp } = await startTestApp(t);
  const { authorization } = (await signUp('mary')).headers;
  const token = authorization.slice('Bearer '.length);

  const inQuery = await inject({ url: `/api/auth/profile?token=${token}&access_token=${token}` });
  const bare = await inject({ url: '/api/auth/profile', headers: { authorization: token } });
  const basic = await inject({ url: '/api/auth/profile', headers: { authorization: `Basic ${token}` } });

  t.same(
    [inQuery, bare, basic].map((reply) => reply.statusCode),
    [401, 401, 401],
  );
});

t.test('a raised token version ends every access token', async (t) => {
  const { inject, signUp, models, deps } = await startTestApp(t);
  const mary = await signUp('mary');
  await models.UserModel.updateOne({}, { $inc: { tokenVersion: 1 } });
  deps.userStates.forgetUser(mary.id);

  const reply = await inject({ url: '/api/auth/profile', headers: mary.headers });

  t.equal(reply.statusCode, 401);
});

t.test('while the secret is replaced, tokens of both are accepted and the first one signs', async (t) => {
  const [before, after] = ['Hq7', 'Zt4'].map((start) => `${start}-x9WvR2mKcPdLfYsBnGj5EuTa8D`) as [
    string,
    string,
  ];
  const { inject, signUp, deps } = await startTestApp(t, { JWT_SECRET: `${after}, ${before}` });
  const mary = await signUp('mary');
  const ask = async (token: string) =>
    (await inject({ url: '/api/auth/profile', headers: { authorization: `Bearer ${token}` } })).statusCode;

  t.equal(forge(mary, after), mary.headers.authorization.slice('Bearer '.length), 'the first one signs');
  t.equal(await ask(forge(mary, before)), 200);
  t.equal(await ask(forge(mary, 'another secret of thirty-two characters')), 401);
  t.equal(await ask(forge(mary, deps.config.JWT_SECRET)), 401, 'the list is not a secret');
  const old = { iat: 1_700_000_000, exp: 1_700_000_900 };
  t.equal(await ask(forge(mary, before, { claims: old })), 401, 'the rules are the same for both');
});

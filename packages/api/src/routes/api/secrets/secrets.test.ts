import t from 'tap';

import { type Account, startTestApp, type TestApp } from '../../../testing/test-app.ts';

const VALUE = 'marker-6f1c9d/+&';

const put = ({ inject }: TestApp, { headers }: Account, name: string, payload: object) =>
  inject({ method: 'PUT', url: `/api/secrets/${name}`, headers, payload });
const list = ({ inject }: TestApp, { headers }: Account) => inject({ url: '/api/secrets', headers });
const remove = ({ inject }: TestApp, { headers }: Account, name: string) =>
  inject({ method: 'DELETE', url: `/api/secrets/${name}`, headers });

t.test('a secret is listed with everything but its value, which is nowhere in clear', async (t) => {
  const test = await startTestApp(t);
  const mary = await test.signUp('mary');
  const input = { value: VALUE, hosts: ['API.example.com', 'localhost:8080'], plugins: [{ plugin: 'http' }] };

  const stored = await put(test, mary, 'token', input);
  const listed = await list(test, mary);

  t.equal(stored.statusCode, 200);
  const expected = {
    name: 'token',
    scope: 'own',
    hosts: ['api.example.com', 'localhost:8080'],
    plugins: [{ plugin: 'http' }],
    version: 1,
  };
  t.match(stored.json(), expected);
  t.match(listed.json(), { items: [expected] });
  t.same(
    Object.keys(stored.json()).toSorted(),
    [...Object.keys(expected), 'createdAt', 'updatedAt'].toSorted(),
  );
  const everything = JSON.stringify([
    stored.body,
    listed.body,
    await test.models.SecretModel.find().lean(),
    await test.models.AuditModel.find().lean(),
  ]);
  t.notOk(everything.includes('marker-6f1c9d'));
  t.notOk(everything.includes(Buffer.from(VALUE).toString('base64').slice(0, 12)));
  t.match(await test.models.AuditModel.find().lean(), [
    { action: 'secret.put', target: 'token', outcome: 'done' },
  ]);
});

t.test(
  'each change raises the version; without a value the stored one is bound to the new hosts',
  async (t) => {
    const test = await startTestApp(t);
    const mary = await test.signUp('mary');
    await put(test, mary, 'token', { value: VALUE, hosts: ['a.example'] });
    const before = await test.models.SecretModel.findOne().lean();

    const changed = await put(test, mary, 'token', { hosts: ['b.example'] });
    const many = await Promise.all(
      Array.from({ length: 8 }, (_, n) => put(test, mary, 'token', { value: `${VALUE}${n}` })),
    );
    const fresh = await put(test, mary, 'none', { hosts: ['b.example'] });
    await test.models.SecretModel.updateOne({ name: 'token' }, { $set: { sealed: before?.sealed ?? '' } });
    const broken = await put(test, mary, 'token', { hosts: ['c.example'] });

    t.match(changed.json(), { version: 2, hosts: ['b.example'] });
    t.same(
      many.map((reply) => reply.json<{ version: number }>().version).toSorted((a, b) => a - b),
      [3, 4, 5, 6, 7, 8, 9, 10],
    );
    t.match([fresh.statusCode, fresh.json()], [400, { errors: [{ pointer: '/value' }] }]);
    t.match([broken.statusCode, broken.json()], [409, { code: 'secret_unreadable' }]);
  },
);

t.test("others neither see nor touch a user's secret, and a global one takes an admin", async (t) => {
  const test = await startTestApp(t);
  const [admin, mary, john] = [
    await test.signUp('admin', 'admin'),
    await test.signUp('mary'),
    await test.signUp('john'),
  ];
  await put(test, mary, 'token', { value: VALUE });
  await put(test, admin, 'shared', { value: VALUE, scope: 'global' });

  const refused = await put(test, mary, 'shared2', { value: VALUE, scope: 'global' });
  const names = async (account: Account) =>
    (await list(test, account))
      .json<{ items: { name: string; scope: string }[] }>()
      .items.map(({ name, scope }) => [name, scope]);
  const removals = [
    await remove(test, john, 'token'),
    await remove(test, admin, 'token'),
    await remove(test, john, 'shared'),
    await remove(test, john, 'shared?scope=global'),
  ];

  t.same([refused.statusCode, refused.json().code], [403, 'forbidden']);
  t.same(await names(john), [['shared', 'global']]);
  t.same(
    new Map((await names(mary)) as [string, string][]),
    new Map([
      ['token', 'own'],
      ['shared', 'global'],
    ]),
  );
  t.same(
    removals.map(({ statusCode }) => statusCode),
    [404, 404, 404, 403],
  );
  t.equal((await remove(test, mary, 'token')).statusCode, 204);
  t.equal((await remove(test, admin, 'shared?scope=global')).statusCode, 204);
  t.equal(await test.models.SecretModel.countDocuments(), 0);
});

t.test('writing needs a fresh password and a session', async (t) => {
  const test = await startTestApp(t);
  const mary = await test.signUp('mary');
  await test.models.SessionModel.updateMany({}, { $set: { passwordAt: new Date(0) } });

  const stale = await put(test, mary, 'token', { value: VALUE });
  const staleRemoval = await remove(test, mary, 'token');

  t.same([stale.json().code, staleRemoval.json().code], ['step_up_required', 'step_up_required']);
  t.equal((await list(test, mary)).statusCode, 200);
});

t.test('bad names, values, hosts and plugins are refused without their text', async (t) => {
  const test = await startTestApp(t);
  const mary = await test.signUp('mary');
  for (const payload of [
    { value: 'short' },
    { value: '       x       ' },
    { value: `${VALUE}\ud800` },
    { value: 'x'.repeat(16_385) },
    { value: { $ne: null } },
    { value: VALUE, hosts: ['*.example.com'] },
    { value: VALUE, hosts: ['https://example.com'] },
    { value: VALUE, hosts: ['example.com/path'] },
    { value: VALUE, hosts: ['user@example.com'] },
    { value: VALUE, plugins: ['http'] },
    { value: VALUE, plugins: [{ plugin: '*' }] },
    { value: VALUE, scope: 'all' },
    { value: VALUE, owner: 'global' },
  ]) {
    const reply = await put(test, mary, 'token', payload);
    t.equal(reply.statusCode, 400, JSON.stringify(payload).slice(0, 60));
    t.notOk(reply.body.includes('marker-6f1c9d'));
  }
  for (const name of ['Token', '..', '-a', 'a%2Fb', 'x'.repeat(65)])
    t.ok([400, 404].includes((await put(test, mary, name, { value: VALUE })).statusCode), name);
});

t.test('without SECRETS_KEY every route says what an operator has to do', async (t) => {
  const test = await startTestApp(t, { SECRETS_KEY: '' });
  const mary = await test.signUp('mary');

  for (const reply of [
    await list(test, mary),
    await put(test, mary, 'token', { value: VALUE }),
    await remove(test, mary, 'token'),
  ])
    t.match([reply.statusCode, reply.json()], [501, { code: 'secrets_off', detail: /SECRETS_KEY/ }]);
});

t.test('a user has a bounded number of them, and a deleted user none', async (t) => {
  const test = await startTestApp(t);
  const [admin, mary] = [await test.signUp('admin', 'admin'), await test.signUp('mary')];
  await put(test, mary, 'token', { value: VALUE });
  const { _id, name, ...rest } = (await test.models.SecretModel.findOne().lean()) ?? { _id: '', name: '' };
  await test.models.SecretModel.insertMany(
    Array.from({ length: 199 }, (_, n) => ({ ...rest, _id: `${_id}${n}`, name: `${name}${n}` })),
  );

  const full = await put(test, mary, 'another', { value: VALUE });
  const replaced = await put(test, mary, 'token', { value: VALUE });
  t.same([full.statusCode, full.json().code, replaced.statusCode], [409, 'too_many_secrets', 200]);

  await test.inject({ method: 'DELETE', url: `/api/users/${mary.id}`, headers: admin.headers });
  t.equal(await test.models.SecretModel.countDocuments(), 0);
});

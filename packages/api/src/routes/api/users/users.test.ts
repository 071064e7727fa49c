import { waitFor } from '@mcp-server/testing';
import t from 'tap';

import {
  type Account,
  ECHO,
  createEchoTask,
  publishSample,
  startTestApp,
  type TestApp,
} from '../../../testing/test-app.ts';

interface Page {
  items: { id: string; username: string }[];
  nextCursor: string | null;
  total?: number;
}

const list = async ({ inject }: TestApp, { headers }: Account, query = ''): Promise<Page> =>
  (await inject({ url: `/api/users${query}`, headers })).json<Page>();
const put = (id: string, { headers }: Account, payload: object) => ({
  method: 'PUT' as const,
  url: `/api/users/${id}`,
  headers,
  payload,
});
const remove = (id: string, { headers }: Account) => ({
  method: 'DELETE' as const,
  url: `/api/users/${id}`,
  headers,
});

t.test('accounts are listed newest first, page by page, with the total on request', async (t) => {
  const test = await startTestApp(t);
  const admin = await test.signUp('admin', 'admin');
  for (const name of ['one', 'two', 'three', 'four']) await test.signUp(name);

  const first = await list(test, admin, '?limit=2&count=true');
  const second = await list(test, admin, `?limit=2&cursor=${first.nextCursor ?? ''}`);
  const third = await list(test, admin, `?limit=2&cursor=${second.nextCursor ?? ''}`);

  const names = [first, second, third].flatMap((page) => page.items.map((user) => user.username));
  t.same(names, ['four', 'three', 'two', 'one', 'admin']);
  t.equal(first.total, 5);
  t.equal(third.nextCursor, null);
});

t.test('filters are values: text that looks like a pattern finds nothing', async (t) => {
  const test = await startTestApp(t);
  const admin = await test.signUp('admin', 'admin');
  await test.signUp('anna');
  await test.signUp('anton');
  await test.models.UserModel.updateOne({ username: 'anna' }, { $set: { isActive: false } });
  const names = async (query: string) => (await list(test, admin, query)).items.map((user) => user.username);

  t.same(await names('?q=ann'), ['anna']);
  t.same(await names('?q=AN&limit=100'), ['anton', 'anna']);
  t.same(await names('?q=an&isActive=false'), ['anna']);
  t.same(await names('?role=admin'), ['admin']);
  for (const q of ['.*', '^a', 'a.*', '$ne', 'nna', '(a%2B)%2B$']) t.same(await names(`?q=${q}`), [], q);
});

t.test('operators, unknown filters and foreign cursors in the query are refused', async (t) => {
  const { inject, signUp } = await startTestApp(t);
  const { headers } = await signUp('admin', 'admin');

  for (const query of ['role[$ne]=x', 'isActive=1', 'limit=1000', 'fields=$passwordHash', 'cursor=x', 'q=']) {
    t.equal((await inject({ url: `/api/users?${query}`, headers })).statusCode, 400, query);
  }
});

t.test('no response about an account contains a hash', async (t) => {
  const test = await startTestApp(t);
  const admin = await test.signUp('admin', 'admin');

  for (const url of ['/api/users', `/api/users/${admin.id}`, '/api/users/stats/overview']) {
    t.notMatch(
      (await test.inject({ url, headers: admin.headers })).body,
      /hash|\$2b|tokenVersion|bootstrap/i,
    );
  }
});

t.test('users cannot give themselves a role or unknown fields', async (t) => {
  const test = await startTestApp(t);
  await test.signUp('admin', 'admin');
  const mary = await test.signUp('mary');

  for (const [payload, status] of [
    [{ role: 'admin' }, 403],
    [{ username: 'maria', role: 'developer' }, 403],
    [{ isActive: true }, 403],
    [{ tokenVersion: 9 }, 400],
    [{ bootstrap: true }, 400],
    [{ passwordHash: 'x' }, 400],
    [{ _id: 'x' }, 400],
    [{ $set: { role: 'admin' } }, 400],
    [{ email: { $ne: null } }, 400],
    [{}, 400],
  ] as const) {
    t.equal((await test.inject(put(mary.id, mary, payload))).statusCode, status, JSON.stringify(payload));
  }
  t.match(await test.models.UserModel.findById(mary.id), { role: 'user', username: 'mary', tokenVersion: 0 });
});

t.test('users can change their own username and e-mail, which stay unique', async (t) => {
  const { inject, signUp } = await startTestApp(t);
  const mary = await signUp('mary');
  const john = await signUp('john');

  const own = await inject(put(mary.id, mary, { username: 'maria', email: 'Maria@Example.com' }));
  const taken = await inject(put(mary.id, mary, { username: 'john' }));
  const foreign = await inject(put(john.id, mary, { username: 'hacked' }));

  t.match(own.json(), { username: 'maria', email: 'maria@example.com' });
  t.equal(taken.json().code, 'account_exists');
  t.equal(foreign.statusCode, 404);
});

t.test('a lowered role and a disabled account affect old tokens within a second', async (t) => {
  const test = await startTestApp(t);
  const admin = await test.signUp('admin', 'admin');
  const mary = await test.signUp('mary');
  await test.inject(put(mary.id, admin, { role: 'admin' }));
  const status = async () => (await test.inject({ url: '/api/users', headers: mary.headers })).statusCode;
  t.equal(await status(), 200);

  // Straight into the database, as another process would: this one is not notified.
  await test.models.UserModel.updateOne({ username: 'mary' }, { $set: { role: 'user' } });
  const loweredAt = performance.now();
  await waitFor('the lowered role', async () => (await status()) === 403, 5_000);
  const loweredMs = performance.now() - loweredAt;
  await test.models.UserModel.updateOne({ username: 'mary' }, { $set: { isActive: false } });
  const disabledAt = performance.now();
  await waitFor('the refusal', async () => (await status()) === 401, 5_000);

  t.ok(loweredMs < 2_000, `${loweredMs}`);
  t.ok(performance.now() - disabledAt < 2_000);
});

t.test('sessions of a disabled account stay ended when it is enabled again', async (t) => {
  const { inject, signUp } = await startTestApp(t);
  const admin = await signUp('admin', 'admin');
  const mary = await signUp('mary');

  await inject(put(mary.id, admin, { isActive: false }));
  await inject(put(mary.id, admin, { isActive: true }));

  const refresh = {
    method: 'POST',
    url: '/api/auth/refresh',
    payload: { refreshToken: mary.refreshToken },
  } as const;
  t.equal((await inject({ url: '/api/auth/profile', headers: mary.headers })).statusCode, 401);
  t.equal((await inject(refresh)).statusCode, 401);
});

t.test('the last active admin stays an admin, even if two admins demote each other at once', async (t) => {
  const test = await startTestApp(t);
  const admin = await test.signUp('admin', 'admin');
  const other = await test.signUp('other');

  for (const request of [
    put(admin.id, admin, { role: 'user' }),
    put(admin.id, admin, { isActive: false }),
    remove(admin.id, admin),
  ]) {
    const reply = await test.inject(request);
    t.equal(reply.statusCode, 409);
    t.equal(reply.json().code, 'last_admin');
  }
  for (let round = 0; round < 5; round += 1) {
    await test.models.UserModel.updateMany({}, { $set: { role: 'admin' } });
    for (const { id } of [admin, other]) test.deps.userStates.forgetUser(id);
    await Promise.all([
      test.inject(put(other.id, admin, { role: 'user' })),
      test.inject(put(admin.id, other, { role: 'user' })),
    ]);
    t.ok((await test.models.UserModel.countDocuments({ role: 'admin', isActive: true })) > 0);
  }
});

t.test('a deleted account is gone with its work, sessions, keys and tasks', async (t) => {
  const test = await startTestApp(t);
  await publishSample(test);
  const admin = await test.signUp('admin', 'admin');
  const mary = await test.signUp('mary');
  const john = await test.signUp('john');
  for (const owner of [mary, john]) {
    await createEchoTask(test, owner);
    const call = {
      method: 'POST',
      url: '/mcp/execute',
      headers: owner.headers,
      payload: { ...ECHO, wait: 0 },
    } as const;
    for (let count = 0; count < 3; count += 1) await test.inject(call);
    const key = { name: 'key', scopes: ['mcp'] };
    await test.inject({
      method: 'POST',
      url: '/api/auth/api-key/generate',
      headers: owner.headers,
      payload: key,
    });
  }

  const removed = await test.inject(remove(mary.id, admin));

  t.equal(removed.statusCode, 204);
  const { UserModel, SessionModel, ApiKeyModel, TaskModel, ExecutionModel } = test.models;
  const [byUser, byOwner] = [{ userId: mary.id }, { ownerId: mary.id }];
  t.same(
    [
      await UserModel.countDocuments({ username: 'mary' }),
      await SessionModel.countDocuments(byUser),
      await ApiKeyModel.countDocuments(byUser),
      await TaskModel.countDocuments(byOwner),
      await ExecutionModel.countDocuments({ ...byOwner, status: 'cancelled' }),
    ],
    [0, 0, 0, 0, 3],
  );
  t.equal(await ExecutionModel.countDocuments({ ownerId: john.id, status: 'queued' }), 3);
  t.equal(await TaskModel.countDocuments({ ownerId: john.id }), 1);
  t.equal((await test.inject({ url: '/api/auth/profile', headers: mary.headers })).statusCode, 401);
  t.equal((await test.inject(remove(mary.id, admin))).statusCode, 404);
});

t.test('a deleted first admin leaves a record, so that there is never a second first admin', async (t) => {
  const test = await startTestApp(t);
  const first = await test.signUp('first', 'admin');
  const second = await test.signUp('second');
  await test.inject(put(second.id, first, { role: 'admin' }));

  const removed = await test.inject(remove(first.id, second));

  t.equal(removed.statusCode, 204);
  t.match(await test.models.UserModel.findOne({ bootstrap: true }), { isActive: false, passwordHash: '' });
  const password = 'Test123456';
  const login = {
    method: 'POST',
    url: '/api/auth/login',
    payload: { email: 'first@example.com', password },
  } as const;
  t.equal((await test.inject(login)).statusCode, 401);
  const claim = { email: 'first@example.com', username: 'first', password };
  const register = { method: 'POST', url: '/api/auth/register' } as const;
  t.equal((await test.inject({ ...register, payload: { ...claim, role: 'admin' } })).statusCode, 403);
  t.equal((await test.inject({ ...register, payload: claim })).statusCode, 201);
  const url = `/api/users/${first.id}`;
  t.equal((await test.inject({ url, headers: second.headers })).statusCode, 404);
  t.equal((await test.inject(put(first.id, second, { isActive: true }))).statusCode, 404);
});

t.test('the overview counts accounts by role and age', async (t) => {
  const test = await startTestApp(t);
  const admin = await test.signUp('admin', 'admin');
  const mary = await test.signUp('mary');
  await test.signUp('john');
  await test.inject(put(mary.id, admin, { isActive: false }));
  const long = new Date(Date.now() - 30 * 86_400_000);
  await test.models.UserModel.collection.updateOne({ username: 'john' }, { $set: { createdAt: long } });
  const login = { email: 'admin@example.com', password: 'Test123456' };
  await test.inject({ method: 'POST', url: '/api/auth/login', payload: login });

  const reply = await test.inject({ url: '/api/users/stats/overview', headers: admin.headers });

  t.same(reply.json(), {
    total: 3,
    active: 2,
    byRole: { user: 2, developer: 0, admin: 1 },
    newThisWeek: 2,
    loggedInToday: 1,
  });
});

import { findUserById, insertUser, type Scope, Scope as Scopes } from '@mcp-server/shared';
import { askForRoots, buildExecution } from '@mcp-server/testing';
import type { InjectOptions, RouteOptions } from 'fastify';
import t, { type Test } from 'tap';

import { signAccessToken } from './http/access-token.ts';
import { createApiKey } from './services/accounts/api-keys.ts';
import { openSession } from './services/accounts/open-session.ts';
import { createResetToken } from './services/accounts/reset-password.ts';
import { type Caller, CALLERS, LET_IN, MATRIX, type Need, type Row, rowOf } from './testing/route-matrix.ts';
import { ECHO, publishSample, startTestApp, type TestApp } from './testing/test-app.ts';

type Method = NonNullable<InjectOptions['method']>;

const PEOPLE = ['admin', 'developer', 'user', 'stranger'] as const;
type Person = (typeof PEOPLE)[number];

/** The routes of an application, by `METHOD /path`, with the scope that each asks for. HEAD goes with its GET. */
function collectRoutes(): { onRoute: (route: RouteOptions) => void; scopes: Map<string, Scope | undefined> } {
  const scopes = new Map<string, Scope | undefined>();
  const onRoute = ({ method, url, config }: RouteOptions) => {
    for (const name of [method].flat()) {
      const path = url === '/' ? url : url.replace(/\/$/, '');
      const scope = config?.scope === 'any' || config?.scope === 'session' ? undefined : config?.scope;
      if (name !== 'HEAD') scopes.set(`${name} ${path}`, scope);
    }
  };
  return { onRoute, scopes };
}

/** Callers and the things that rows need, on one application. */
async function buildWorld(test: TestApp) {
  const { models } = test;
  await publishSample(test);
  const admin = await test.signUp('admin', 'admin');
  const ids: Record<Person, string> = { admin: admin.id, developer: '', user: '', stranger: '' };
  for (const name of ['developer', 'user', 'stranger'] as const) ids[name] = (await test.signUp(name)).id;
  await models.UserModel.updateOne({ username: 'developer' }, { $set: { role: 'developer' } });
  let unique = 0;

  const signIn = async (person: Person) => {
    const user = await findUserById(models.UserModel, ids[person]);
    if (!user) throw new Error(`${person} is gone`);
    return openSession(test.deps, user, { ip: '127.0.0.1' });
  };
  const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
  const headersOf = async (person: Person) =>
    bearer(signAccessToken(test.app, await signIn(person), test.deps.config));
  const owner = { userId: ids.user, role: 'user', sessionId: '' } as const;
  const makeKey = (scopes: Scope[]) => createApiKey(test.deps, owner, { name: 'key', scopes });
  const strong = (await makeKey(Scopes.options)).key;
  const weak = { usual: (await makeKey(['mcp'])).key, ofMcp: (await makeKey(['tasks:read'])).key };

  /** A fresh session for each call, because some calls end it. */
  const credentials = async (caller: Caller, scope: Scope | undefined): Promise<Record<string, string>> => {
    if (caller === 'anonymous') return {};
    if (caller === 'key') return { 'x-api-key': strong };
    if (caller === 'weakKey') return { 'x-api-key': scope === 'mcp' ? weak.ofMcp : weak.usual };
    if (caller === 'expired') {
      const session = await signIn('user');
      return bearer(signAccessToken(test.app, session, { ACCESS_TOKEN_TTL_SECONDS: -60 }));
    }
    return headersOf(caller);
  };

  const spareUser = async () => {
    unique += 1;
    const name = `spare${unique}`;
    const account = {
      email: `${name}@example.com`,
      username: name,
      passwordHash: '-',
      role: 'user',
    } as const;
    const inserted = await insertUser(models.UserModel, account);
    return inserted.kind === 'inserted' ? inserted.user.id : '';
  };
  const asOwner = async <T>(url: string, payload: object): Promise<T> =>
    (await test.inject({ method: 'POST', url, headers: await headersOf('user'), payload })).json<T>();
  const createTask = async (more: object = {}) =>
    (await asOwner<{ id: string }>('/api/tasks', { title: 'Echo', ...ECHO, ...more })).id;
  const makeExecution = async () =>
    (await asOwner<{ executionId: string }>('/mcp/execute', { ...ECHO, wait: 0 })).executionId;
  const things: Record<Need, () => Promise<string>> = {
    task: () => createTask(),
    scheduledTask: () => createTask({ schedule: { every: 3_600_000 } }),
    execution: makeExecution,
    async endedExecution() {
      const id = await makeExecution();
      await asOwner(`/api/executions/${id}/cancel`, {});
      return id;
    },
    async askingExecution() {
      const inputs = [askForRoots()];
      const asking = buildExecution({ ownerId: ids.user, status: 'input_required', inputs });
      await models.ExecutionModel.create(asking);
      return asking._id;
    },
    user: async () => ids.user,
    spareUser,
    apiKey: async () => (await makeKey(['mcp'])).record.id,
    session: async () => (await signIn('user')).family,
    resetToken: async () => (await createResetToken(test.deps, await spareUser())).token,
    refreshToken: async () => (await signIn('user')).refreshToken,
  };

  return async (route: string, row: Row, caller: Caller, scope: Scope | undefined): Promise<number> => {
    const [method, path] = route.split(' ') as [Method, string];
    const thing = row.needs ? await things[row.needs]() : '';
    unique += 1;
    const reply = await test.inject({
      method,
      // Names in library paths do not exist.
      url: (row.path ?? path).replace(':id', thing).replaceAll(/:\w+|\*/g, 'none'),
      headers: await credentials(caller, scope),
      ...(row.body ? { payload: row.body(thing, unique) } : {}),
    });
    return reply.statusCode;
  };
}

t.test('every route responds to every caller as the table says', { timeout: 120_000 }, async (t: Test) => {
  const { onRoute, scopes } = collectRoutes();
  const test = await startTestApp(
    t,
    { RATE_LIMIT_MAX_REQUESTS: '1000000', AUTH_LIMIT_FAILURES: '1000' },
    { onRoute },
  );
  const call = await buildWorld(test);

  const rows = new Set([...scopes.keys()].map(rowOf));
  t.same(
    Object.keys(MATRIX).filter((key) => !rows.has(MATRIX[key])),
    [],
    'every row has a route',
  );
  for (const [route, scope] of scopes) {
    const row = rowOf(route);
    if (!row) {
      t.fail(`${route} has no row in route-matrix.ts`);
      continue;
    }
    const answered: number[] = [];
    for (const [index, caller] of CALLERS.entries()) {
      const status = await call(route, row, caller, scope);
      const isLetIn = row.expect[index] === LET_IN && status !== 401 && status !== 403;
      answered.push(isLetIn ? LET_IN : status);
    }
    t.same(answered, row.expect, route);
  }
});

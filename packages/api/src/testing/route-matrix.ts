import { ECHO } from './test-app.ts';

/**
 * Callers, in the order of the columns. Records with an id belong to `user`; `stranger` is another user. `key` is a key of
 * `user` with every scope, `weakKey` one without the scope that the route requires.
 */
export const CALLERS = [
  'admin',
  'developer',
  'user',
  'stranger',
  'key',
  'weakKey',
  'anonymous',
  'expired',
] as const;
export type Caller = (typeof CALLERS)[number];

/** The caller is admitted, whatever the route then responds. */
export const LET_IN = 0;

type Statuses = readonly [number, number, number, number, number, number, number, number];

/** Record created for each call of a row; its id replaces `:id`. */
export type Need =
  | 'task'
  | 'scheduledTask'
  | 'execution'
  | 'endedExecution'
  | 'askingExecution'
  | 'user'
  | 'spareUser'
  | 'apiKey'
  | 'session'
  | 'resetToken'
  | 'refreshToken';

export interface Row {
  expect: Statuses;
  needs?: Need;
  /** Builds the body from the id or token of the record and a number that is unique to the call. */
  body?: (thing: string, unique: number) => object;
  /** Complete path, where `:id` is not all there is to fill in. */
  path?: string;
}

const PASSWORD = 'Test123456';
const PACKAGE = '/api/marketplace/plugins/none';

/** Rights shared by many routes. */
const everyone = (status: number): Statuses => [
  status,
  status,
  status,
  status,
  status,
  status,
  status,
  status,
];
/** All authenticated callers, keys with any scope included. */
const authenticated = (ok: number): Statuses => [ok, ok, ok, ok, ok, ok, 401, 401];
/** All authenticated callers, but only keys with the scope. */
const scoped = (ok: number): Statuses => [ok, ok, ok, ok, ok, 403, 401, 401];
/** The owner and admins; others get a 404. */
const owned = (ok: number): Statuses => [ok, 404, ok, 404, ok, 403, 401, 401];
/** Sessions only. */
const people = (ok: number): Statuses => [ok, ok, ok, ok, 403, 403, 401, 401];
/** The owner only, with a session. */
const ownPeople = (ok: number): Statuses => [404, 404, ok, 404, 403, 403, 401, 401];
const developers = (ok: number): Statuses => [ok, ok, 403, 403, 403, 403, 401, 401];
const admins = (ok: number): Statuses => [ok, 403, 403, 403, 403, 403, 401, 401];

/**
 * Every route with its status per caller; `/**` stands for everything that a library serves below a path. A route that is
 * missing here fails the test.
 */
export const MATRIX: Record<string, Row> = {
  'GET /health': { expect: everyone(200) },
  'GET /health/ready': { expect: everyone(200) },
  'GET /openapi.json': { expect: everyone(200) },
  'GET /docs/**': { expect: everyone(LET_IN) },
  // For scrapers on this machine: a token other than METRICS_TOKEN is worse than none.
  'GET /metrics': { expect: [401, 401, 401, 401, 200, 200, 200, 401] },

  // Browsers send this before the request; the response does not depend on the caller.
  'OPTIONS *': { expect: everyone(204), path: '/api/tasks' },

  'POST /api/auth/register': {
    expect: everyone(201),
    body: (_, unique) => ({
      email: `new${unique}@example.com`,
      username: `new${unique}`,
      password: PASSWORD,
    }),
  },
  'POST /api/auth/login': {
    expect: everyone(200),
    body: () => ({ email: 'user@example.com', password: PASSWORD }),
  },
  'POST /api/auth/refresh': {
    expect: everyone(200),
    needs: 'refreshToken',
    body: (refreshToken) => ({ refreshToken }),
  },
  'POST /api/auth/forgot-password': {
    expect: everyone(501),
    body: () => ({ email: 'user@example.com' }),
  },
  'POST /api/auth/reset-password': {
    expect: everyone(204),
    needs: 'resetToken',
    body: (token) => ({ token, password: PASSWORD }),
  },
  'POST /api/auth/dashboard-session': { expect: admins(204) },
  'POST /api/auth/logout': { expect: people(204) },
  'POST /api/auth/logout-all': { expect: people(204) },
  'GET /api/auth/profile': { expect: authenticated(200) },
  'PUT /api/auth/password': {
    expect: people(200),
    body: () => ({ currentPassword: PASSWORD, newPassword: PASSWORD }),
  },
  'POST /api/auth/step-up': { expect: people(204), body: () => ({ password: PASSWORD }) },
  'GET /api/auth/sessions': { expect: people(200) },
  'DELETE /api/auth/sessions/:id': { expect: ownPeople(204), needs: 'session' },
  'POST /api/auth/api-key/generate': {
    expect: people(201),
    body: () => ({ name: 'made', scopes: ['mcp'] }),
  },
  'GET /api/auth/api-keys': { expect: people(200) },
  'DELETE /api/auth/api-keys/:id': { expect: ownPeople(204), needs: 'apiKey' },

  'GET /api/users': { expect: admins(200) },
  'GET /api/users/stats/overview': { expect: admins(200) },
  'GET /api/users/:id': { expect: owned(200), needs: 'user' },
  'PUT /api/users/:id': { expect: owned(200), needs: 'user', body: () => ({ username: 'user' }) },
  'DELETE /api/users/:id': { expect: admins(204), needs: 'spareUser' },
  'POST /api/users/:id/reset-password': { expect: admins(201), needs: 'spareUser' },

  'GET /api/tasks': { expect: scoped(200) },
  'POST /api/tasks': { expect: scoped(201), body: () => ({ title: 'Echo', ...ECHO }) },
  'GET /api/tasks/stats': { expect: scoped(200) },
  'GET /api/tasks/:id': { expect: owned(200), needs: 'task' },
  'PUT /api/tasks/:id': { expect: owned(200), needs: 'task', body: () => ({ title: 'Other' }) },
  'DELETE /api/tasks/:id': { expect: owned(204), needs: 'task' },
  'POST /api/tasks/:id/execute': { expect: owned(202), needs: 'task' },
  'POST /api/tasks/:id/cancel': { expect: owned(200), needs: 'task' },
  'POST /api/tasks/:id/pause': { expect: owned(200), needs: 'scheduledTask' },
  'POST /api/tasks/:id/resume': { expect: owned(200), needs: 'scheduledTask' },
  'GET /api/tasks/:id/next-runs': { expect: owned(200), needs: 'scheduledTask' },
  'GET /api/tasks/:id/executions': { expect: owned(200), needs: 'task' },

  'GET /api/executions': { expect: scoped(200) },
  'GET /api/executions/:id': { expect: owned(200), needs: 'execution' },
  'GET /api/executions/:id/events': { expect: owned(200), needs: 'endedExecution' },
  'GET /api/executions/:id/explain': { expect: owned(200), needs: 'execution' },
  'POST /api/executions/:id/cancel': { expect: owned(200), needs: 'execution' },
  // Admins cannot answer for others.
  'POST /api/executions/:id/input': {
    expect: [404, 404, 202, 404, 202, 403, 401, 401],
    needs: 'askingExecution',
    body: () => ({ answers: { roots: { roots: [] } } }),
  },
  'GET /api/executions/failures': { expect: scoped(200) },
  'POST /api/executions/cancel': {
    expect: scoped(200),
    body: () => ({ filter: { plugin: 'none' } }),
  },
  'POST /api/executions/redrive': {
    expect: scoped(200),
    body: () => ({ filter: { kind: 'expired' } }),
  },
  // Admins too, as with tasks: the rerun belongs to the owner, and an audit event records the admin.
  'POST /api/executions/:id/rerun': { expect: owned(202), needs: 'execution' },
  'POST /mcp/execute': { expect: scoped(202), body: () => ({ ...ECHO, wait: 0 }) },
  // The status of the JSON-RPC response is not tested here.
  'POST /mcp': {
    expect: scoped(LET_IN),
    body: () => ({ jsonrpc: '2.0', id: 1, method: 'tools/list', params: {} }),
  },
  // One request, one response: there are no streams to get and no sessions to delete.
  'GET /mcp': { expect: scoped(405) },
  'DELETE /mcp': { expect: scoped(405) },
  'GET /.well-known/oauth-protected-resource/mcp': { expect: everyone(200) },

  'GET /api/plugins': { expect: authenticated(200) },
  'GET /api/plugins/:id': { expect: authenticated(200), path: '/api/plugins/sample' },
  'POST /api/plugins/:id/pause': { expect: admins(200), path: '/api/plugins/sample/pause' },
  'POST /api/plugins/:id/resume': { expect: admins(200), path: '/api/plugins/sample/resume' },
  'GET /api/queues': { expect: developers(200) },
  'POST /api/queues/:pool/pause': { expect: admins(200), path: '/api/queues/default/pause' },
  'POST /api/queues/:pool/resume': { expect: admins(200), path: '/api/queues/default/resume' },
  'GET /api/workers': { expect: developers(200) },
  'GET /api/secrets': { expect: people(200) },
  'PUT /api/secrets/:name': {
    expect: people(200),
    path: '/api/secrets/token',
    body: (_, unique) => ({ value: `value-${unique}` }),
  },
  // The global one, which a rule of the service keeps from others than admins.
  'DELETE /api/secrets/:name': {
    expect: [404, 403, 403, 403, 403, 403, 401, 401],
    path: '/api/secrets/none?scope=global',
  },
  // The marketplace is off, and nothing is installed.
  'GET /api/marketplace': { expect: developers(409) },
  'GET /api/marketplace/plugins': { expect: developers(200) },
  'GET /api/marketplace/plugins/:id': { expect: developers(404), path: PACKAGE },
  'POST /api/marketplace/plugins': { expect: admins(409), body: () => ({ package: 'none' }) },
  'DELETE /api/marketplace/plugins/:id': { expect: admins(404), path: PACKAGE },
  'POST /api/marketplace/plugins/:id/upgrade': { expect: admins(409), path: `${PACKAGE}/upgrade` },
  'POST /api/marketplace/plugins/:id/rollback': { expect: admins(404), path: `${PACKAGE}/rollback` },
  'POST /api/marketplace/plugins/:id/pin': { expect: admins(404), path: `${PACKAGE}/pin` },
  'POST /api/marketplace/plugins/:id/unpin': { expect: admins(404), path: `${PACKAGE}/unpin` },
  'GET /api/audit': { expect: admins(200) },

  // Without an upgrade there is nothing to open, but authentication is checked first.
  'GET /ws': { expect: [426, 426, 426, 426, 426, 403, 401, 401] },
  'GET /ws/info': { expect: everyone(200) },
  'POST /ws/ticket': { expect: people(201) },

  'GET /account/reset-password': { expect: everyone(200) },
  'GET /account/reset-password.js': { expect: everyone(200) },
  'GET /account/account.css': { expect: everyone(200) },
  'GET /admin/login': { expect: everyone(200) },
  'GET /admin/login.css': { expect: everyone(200) },
  'GET /admin/login.js': { expect: everyone(200) },
  'GET /admin/queues/**': { expect: admins(LET_IN) },
  // Read-only unless DASHBOARD_WRITE=1, for admins too.
  'GET /admin/queues/api/redis/stats': { expect: admins(403) },
  'PUT /admin/queues/**': { expect: admins(403) },
  'POST /admin/queues/**': { expect: admins(403) },
  'PATCH /admin/queues/**': { expect: admins(403) },
};

/** Finds the row of a route: its own, or that of everything below a path. */
export function rowOf(route: string): Row | undefined {
  const wild = Object.keys(MATRIX).find((key) => key.endsWith('/**') && isBelow(route, key.slice(0, -3)));
  return MATRIX[route] ?? (wild === undefined ? undefined : MATRIX[wild]);
}

const isBelow = (route: string, top: string): boolean => route === top || route.startsWith(`${top}/`);

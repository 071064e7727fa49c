import type { Visitor } from './visitor.ts';

export const PASSWORD = 'SecurePassword123!';

export interface Tokens {
  admin: string;
  user: string;
  userId: string;
}

const register = (name: string, role: string) => ({
  email: `${name}@example.com`,
  username: name,
  password: PASSWORD,
  role,
});

/** Registers, logs in and reads the own account; resolves to the tokens for the rest of the tour. */
export async function visitAccounts(visitor: Visitor): Promise<Tokens> {
  const first = await visitor.call(201, 'POST', '/api/auth/register', { body: register('admin', 'admin') });
  await visitor.call(403, 'POST', '/api/auth/register', { body: register('second', 'admin') });
  const other = await visitor.call(201, 'POST', '/api/auth/register', { body: register('mary', 'user') });
  const admin = String(first.body['accessToken']);
  const user = String(other.body['accessToken']);
  const userId = (other.body['user'] as { id: string }).id;
  const login = await visitor.call(200, 'POST', '/api/auth/login', {
    body: { email: 'mary@example.com', password: PASSWORD },
  });
  const refreshToken = login.body['refreshToken'];
  const fresh = await visitor.call(200, 'POST', '/api/auth/refresh', { body: { refreshToken } });
  await visitor.call(200, 'GET', '/api/auth/profile', { token: user });
  await visitor.call(401, 'GET', '/api/auth/profile');
  await visitor.call(200, 'GET', '/api/auth/sessions', { token: user });
  await visitor.call(204, 'POST', '/api/auth/logout', { token: String(fresh.body['accessToken']) });
  return { admin, user, userId };
}

/** Life of an API key, from creation to deletion. */
export async function visitKeys(visitor: Visitor, { user }: Tokens): Promise<void> {
  const created = await visitor.call(201, 'POST', '/api/auth/api-key/generate', {
    token: user,
    body: { name: 'tour', scopes: ['tasks:read', 'execute'] },
  });
  const key = String(created.body['key']);
  const call = { plugin: 'sample', action: 'add', payload: { a: 1, b: 2 } };
  await visitor.call(200, 'POST', '/mcp/execute', { key, body: call });
  await visitor.call(200, 'GET', '/api/tasks', { key });
  await visitor.call(403, 'POST', '/api/tasks', {
    key,
    body: { title: 'T', plugin: 'sample', action: 'echo' },
  });
  await visitor.call(403, 'GET', '/api/auth/api-keys', { key });
  const { body } = await visitor.call(200, 'GET', '/api/auth/api-keys', { token: user });
  const [listed] = body['items'] as { id: string }[];
  const path = `/api/auth/api-keys/${listed?.id ?? ''}`;
  await visitor.call(204, 'DELETE', path, { token: user, route: '/api/auth/api-keys/{id}' });
}

/** Account administration up to deletion; the last stop, because it invalidates the tokens. */
export async function visitUsers(visitor: Visitor, { admin, user, userId }: Tokens): Promise<void> {
  const one = { token: admin, route: '/api/users/{id}' };
  await visitor.call(200, 'GET', '/api/users?limit=5', { token: admin });
  await visitor.call(403, 'GET', '/api/users', { token: user });
  await visitor.call(200, 'GET', '/api/users/stats/overview', { token: admin });
  await visitor.call(200, 'GET', `/api/users/${userId}`, one);
  await visitor.call(200, 'PUT', `/api/users/${userId}`, { ...one, body: { role: 'developer' } });
  const changed = await visitor.call(200, 'PUT', '/api/auth/password', {
    token: user,
    body: { currentPassword: PASSWORD, newPassword: `${PASSWORD}2` },
  });
  const token = String(changed.body['accessToken']);
  const sessions = await visitor.call(200, 'GET', '/api/auth/sessions', { token });
  const [session] = sessions.body['items'] as { id: string }[];
  const path = `/api/auth/sessions/${session?.id ?? ''}`;
  await visitor.call(204, 'DELETE', path, { token, route: '/api/auth/sessions/{id}' });
  const reset = await visitor.call(201, 'POST', `/api/users/${userId}/reset-password`, {
    token: admin,
    route: '/api/users/{id}/reset-password',
  });
  const body = { token: reset.body['token'], password: `${PASSWORD}3` };
  await visitor.call(204, 'POST', '/api/auth/reset-password', { body });
  await visitor.call(400, 'POST', '/api/auth/reset-password', { body });
  await visitor.call(202, 'POST', '/api/auth/forgot-password', { body: { email: 'stranger@example.com' } });
  await visitor.call(204, 'DELETE', `/api/users/${userId}`, one);
  await visitor.call(204, 'POST', '/api/auth/logout-all', { token: admin });
  await visitor.call(401, 'GET', '/api/auth/profile', { token: admin });
}

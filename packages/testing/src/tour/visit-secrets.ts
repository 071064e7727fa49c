import { PASSWORD, type Tokens } from './visit-accounts.ts';
import type { Visitor } from './visitor.ts';

/** Life of a secret: stored after a step-up, read by the worker, which has the same key, and deleted. */
export async function visitSecrets(visitor: Visitor, { user }: Tokens): Promise<void> {
  const one = { token: user, route: '/api/secrets/{name}' };
  await visitor.call(204, 'POST', '/api/auth/step-up', { token: user, body: { password: PASSWORD } });
  await visitor.call(200, 'PUT', '/api/secrets/tracker', {
    ...one,
    body: { value: 'token-of-the-tracker', hosts: ['api.tracker.example'], plugins: [{ plugin: 'http' }] },
  });
  await visitor.call(403, 'PUT', '/api/secrets/tracker', {
    ...one,
    body: { value: 'token-of-the-tracker', scope: 'global' },
  });
  const listed = await visitor.call(200, 'GET', '/api/secrets', { token: user });
  visitor.expect('GET /api/secrets', !listed.text.includes('token-of-the-tracker'));
  // The worker opens the secret, sees that it does not name this host, and sends nothing.
  const run = await visitor.call(200, 'POST', '/mcp/execute', {
    token: user,
    body: {
      plugin: 'http',
      action: 'request',
      payload: { url: 'https://other.example/', secrets: { bearer: 'tracker' } },
    },
  });
  visitor.expect('POST /mcp/execute', run.text.includes('SECRET_HOST'));
  await visitor.call(204, 'DELETE', '/api/secrets/tracker', one);
}

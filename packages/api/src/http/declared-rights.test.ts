import type { FastifyContextConfig, RouteOptions } from 'fastify';
import t from 'tap';

import { startTestApp } from '../testing/test-app.ts';
import { declareRights } from './declared-rights.ts';

const toRoute = (config: Partial<FastifyContextConfig>): RouteOptions => ({
  method: 'GET',
  url: '/x',
  handler: async () => ({}),
  config: config as FastifyContextConfig,
});

t.test('a route that leaves out a part of its rights does not start', async (t) => {
  for (const [config, missing] of [
    [{}, /declare its access/],
    [{ access: 'public' }, /declare its ownership/],
    [{ access: 'signed-in', scope: 'any' }, /declare its ownership/],
    [{ access: 'admin', ownership: 'shared' }, /declare the scope/],
    [{ access: 'admin', scope: 'any', ownership: 'shared', stepUp: true }, /sessions only/],
    [{ access: 'public', ownership: 'shared', stepUp: true }, /sessions only/],
  ] as const)
    t.throws(() => declareRights(toRoute(config)), missing, JSON.stringify(config));

  t.doesNotThrow(() =>
    declareRights(toRoute({ access: 'admin', scope: 'session', ownership: 'shared', stepUp: true })),
  );
});

interface Operation {
  security?: Record<string, string[]>[];
  responses: Record<string, unknown>;
}

t.test('the OpenAPI document names the credentials and refusals of every operation', async (t) => {
  const { inject } = await startTestApp(t);
  const document = (await inject({ url: '/openapi.json' })).json<{
    paths: Record<string, Record<string, Operation>>;
  }>();

  let count = 0;
  for (const [path, methods] of Object.entries(document.paths)) {
    if (path.startsWith('/health')) continue;
    for (const [method, { security, responses }] of Object.entries(methods)) {
      const needed = security ? ['401', '403', '429'] : ['403', '429'];
      const missing = needed.filter((status) => !(status in responses));
      t.same(missing, [], `${method} ${path}`);
      count += 1;
    }
  }
  t.ok(count > 50);
  const securityOf = (path: string, method: string) => document.paths[path]?.[method]?.security;
  t.same(securityOf('/api/users', 'get'), [{ bearer: ['admin'] }, { apiKey: ['users:read'] }]);
  t.same(securityOf('/api/auth/sessions', 'get'), [{ bearer: [] }]);
  t.equal(securityOf('/api/auth/login', 'post'), undefined);
});

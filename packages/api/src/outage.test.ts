import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

import { JsonValue } from '@mcp-server/shared';
import { openNamespace, waitFor } from '@mcp-server/testing';
import t, { type Test } from 'tap';

import { ECHO, createEchoTask, publishSample, startApp, startTestApp } from './testing/test-app.ts';

async function listen(t: Test, server: Server): Promise<number> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => sockets.add(socket.on('error', () => undefined)));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

/** A port on which nothing listens. */
async function closedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** Passes bytes on to a service until `hang` is called; then it stays silent with its connections open. */
async function startProxy(t: Test, target: URL) {
  const pairs: [Socket, Socket][] = [];
  let isHanging = false;
  const server = createServer((client) => {
    if (isHanging) return;
    const upstream = connect(Number(target.port), target.hostname).on('error', () => client.destroy());
    pairs.push([client, upstream]);
    client.on('close', () => upstream.destroy());
    client.pipe(upstream).pipe(client);
  });
  const url = new URL(target);
  url.port = String(await listen(t, server));
  const hang = () => {
    isHanging = true;
    for (const [client, upstream] of pairs) {
      client.unpipe(upstream).pause();
      upstream.unpipe(client).pause();
    }
  };
  return { url: url.href, hang };
}

async function timed<T>(work: Promise<T>): Promise<{ result: T; ms: number }> {
  const startedAt = performance.now();
  const result = await work;
  return { result, ms: performance.now() - startedAt };
}

t.test('while Redis is down, work is still accepted at once', async (t) => {
  const test = await startTestApp(t, { REDIS_URL: `redis://127.0.0.1:${await closedPort()}` });
  await publishSample(test);
  const mary = await test.signUp('mary');
  const { id } = await createEchoTask(test, mary);
  const execute = { method: 'POST' as const, url: `/api/tasks/${id}/execute`, headers: mary.headers };
  const call = { method: 'POST' as const, url: '/mcp/execute', headers: mary.headers, payload: ECHO };

  const executed = await timed(test.inject(execute));
  const called = await timed(test.inject(call));
  const ready = await test.inject({ url: '/health/ready' });

  t.equal(executed.result.statusCode, 202);
  t.equal(called.result.statusCode, 202);
  t.ok(executed.ms < 1_000 && called.ms < 1_000, `${executed.ms} ${called.ms}`);
  t.equal(await test.models.ExecutionModel.countDocuments({ status: 'queued' }), 2);
  t.equal(ready.statusCode, 200);
  t.match(ready.json(), { status: 'degraded', mongodb: { state: 'up' }, redis: { state: 'down' } });
});

t.test('while Redis hangs, work is still accepted within a second', async (t) => {
  const proxy = await startProxy(t, new URL(process.env.REDIS_URL ?? ''));
  const test = await startTestApp(t, { REDIS_URL: proxy.url });
  await publishSample(test);
  const mary = await test.signUp('mary');
  const call = {
    method: 'POST' as const,
    url: '/mcp/execute',
    headers: mary.headers,
    payload: { ...ECHO, wait: 0.1 },
  };
  await test.inject(call);
  proxy.hang();

  const { result, ms } = await timed(test.inject(call));

  t.equal(result.statusCode, 202);
  t.ok(ms < 1_000, `${ms}`);
});

t.test('without a database requests get 503 and probes report it', async (t) => {
  const { redisUrl } = await openNamespace(t);
  const silent = await listen(t, createServer());

  for (const port of [await closedPort(), silent]) {
    const { inject } = await startApp(t, {
      MONGODB_URI: `mongodb://127.0.0.1:${port}/nothing`,
      REDIS_URL: redisUrl,
      EXPECT_DATABASE: 'no',
    });
    const login = await timed(
      inject({ method: 'POST', url: '/api/auth/login', payload: { email: 'a@example.com', password: 'x' } }),
    );
    const health = await inject({ url: '/health' });
    const ready = await waitFor('Redis to be connected', async () => {
      const answer = await inject({ url: '/health/ready' });
      return answer.json<{ redis: { state: string } }>().redis.state === 'up' && answer;
    });

    t.match(login.result.json(), { status: 503, code: 'database_unavailable' });
    t.ok(login.ms < 5_000, `${login.ms}`);
    t.equal(health.body, '{"ok":true}');
    t.equal(ready.statusCode, 503);
    t.match(ready.json(), { status: 'unavailable', mongodb: { state: 'down' }, redis: { state: 'up' } });
  }
});

t.test('while the database hangs, requests get 503 within 5 s, without a driver message', async (t) => {
  const proxy = await startProxy(t, new URL(process.env.MONGODB_URI ?? ''));
  const namespace = await openNamespace(t);
  const url = new URL(proxy.url);
  url.pathname = new URL(namespace.mongodbUri).pathname;
  const { inject } = await startApp(t, { ...namespace.env, MONGODB_URI: url.href });
  await publishSample(namespace);
  const payload = { email: 'mary@example.com', username: 'mary', password: 'Test123456' };
  const mary = await inject({ method: 'POST', url: '/api/auth/register', payload });
  const headers = { authorization: `Bearer ${mary.json<{ accessToken: string }>().accessToken}` };
  await inject({ url: '/api/plugins', headers });
  proxy.hang();

  const requests = [
    { method: 'POST' as const, url: '/mcp/execute', headers, payload: ECHO },
    { method: 'POST' as const, url: '/api/tasks', headers, payload: { title: 'T', ...ECHO } },
    { url: '/api/auth/profile', headers },
    { url: '/api/tasks', headers },
  ];
  for (const { result, ms } of await Promise.all(requests.map((request) => timed(inject(request))))) {
    t.equal(result.statusCode, 503);
    t.match(JsonValue.parse(result.json()), { code: /^(database_unavailable|accept_unknown)$/ });
    t.notMatch(result.body, /mongo|127\.0\.0\.1/i);
    t.ok(ms < 5_000, `${ms}`);
  }
});

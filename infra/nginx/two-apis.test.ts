import { openNamespace, startProcess, waitFor } from '@mcp-server/testing';
import t, { type Test } from 'tap';

import { startNginx } from './start-nginx.ts';

/** Longer than nginx's connect timeout. */
const LONG_CALL_MS = 5_000;
const ECHO = { plugin: 'sample', action: 'echo', payload: { message: 'x'.repeat(4_096) } };

/** Two API processes and a worker behind nginx, and an account. */
async function startAll(t: Test) {
  const space = await openNamespace(t);
  const env = { ...space.env, TRUST_PROXY: '127.0.0.1' };
  await startProcess(t, 'worker', env);
  const apis = [await startProcess(t, 'api', env), await startProcess(t, 'api', env)];
  const { url } = await startNginx(t, { apiPorts: apis.map(({ started }) => Number(started['port'])) });
  const headers: Record<string, string> = { 'Content-Type': 'application/json' };
  const call = (path: string, body?: unknown, more: Record<string, string> = {}) =>
    fetch(`${url}${path}`, {
      headers: { ...headers, ...more },
      ...(body !== undefined && { method: 'POST', body: JSON.stringify(body) }),
    });
  const account = { email: 'proxy@example.com', username: 'proxy', password: 'A-long-enough-passphrase-1' };
  const registered = await call('/api/auth/register', account, { 'X-Forwarded-For': '6.6.6.6' });
  const { accessToken } = (await registered.json()) as { accessToken: string };
  headers['Authorization'] = `Bearer ${accessToken}`;
  await waitFor('the fleet to run sample', async () => (await call('/mcp/execute', ECHO)).status === 200);
  return { url, apis, call, headers };
}

/** Opens a WebSocket through nginx, and collects its events. */
async function listen(t: Test, url: string, headers: Record<string, string>) {
  // undici's WebSocket, which Node has as a global, takes headers; the type of browsers knows none.
  const options = { headers: { Authorization: headers['Authorization'] } } as unknown as string[];
  const socket = new WebSocket(`${url.replace('http', 'ws')}/ws`, options);
  t.teardown(async () => socket.close());
  const events: { type: string; executionId?: string }[] = [];
  socket.addEventListener('message', ({ data }) => events.push(JSON.parse(String(data)) as { type: string }));
  await new Promise((resolve, reject) => {
    socket.addEventListener('open', resolve);
    socket.addEventListener('error', reject);
  });
  socket.send(JSON.stringify({ type: 'subscribe', topics: ['executions'] }));
  await waitFor('the subscription', () => events.some(({ type }) => type === 'subscribed'));
  return events;
}

t.test('an execution started through one API is seen by a WebSocket client on another', async (t) => {
  const { url, apis, call, headers } = await startAll(t);
  const events = await listen(t, url, headers);
  const callsOf = (lines: string[]) => lines.filter((line) => line.includes('"route":"/mcp/execute"')).length;
  const before = apis.map(({ lines }) => callsOf(lines));

  const answers = [await call('/mcp/execute', ECHO), await call('/mcp/execute', ECHO)];
  const bodies = (await Promise.all(answers.map((answer) => answer.json()))) as { executionId: string }[];

  await waitFor('both APIs to log a call', () =>
    apis.every(({ lines }, index) => callsOf(lines) > (before[index] ?? 0)),
  );
  for (const { executionId } of bodies) {
    await waitFor(`the end of ${executionId} to be received`, () =>
      events.some((event) => event.type === 'execution.completed' && event.executionId === executionId),
    );
  }
  t.equal(new Set(bodies.map(({ executionId }) => executionId)).size, 2);
});

t.test(
  'a long call gets its response, responses are compressed, headers are not doubled, client addresses are correct',
  async (t) => {
    const { call } = await startAll(t);

    const slept = await call('/mcp/execute', {
      plugin: 'sample',
      action: 'sleep',
      payload: { ms: LONG_CALL_MS },
    });
    const openapi = await call('/openapi.json', undefined, { 'Accept-Encoding': 'gzip' });
    const sessions = await call('/api/auth/sessions');

    t.equal(slept.status, 200);
    t.match(await slept.json(), { status: 'completed' });
    t.equal(openapi.headers.get('content-encoding'), 'gzip');
    t.equal(
      openapi.headers.get('x-content-type-options'),
      'nosniff',
      'a doubled header would read "nosniff, nosniff"',
    );
    const text = await sessions.text();
    t.match(text, '127.0.0.1');
    t.notMatch(text, '6.6.6.6');
  },
);

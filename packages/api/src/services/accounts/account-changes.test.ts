import { buildExecution, waitFor } from '@mcp-server/testing';
import t, { type Test } from 'tap';

import { listen, openClient } from '../../testing/mcp-client.ts';
import { type Account, startApp, startTestApp } from '../../testing/test-app.ts';
import { openSocket } from '../../testing/test-socket.ts';

/** Above it the periodic check alone would have ended the connection. */
const AT_ONCE_MS = 1_000;

/** An admin with a session and a key, and a second process that serves both. */
async function openTwoProcesses(t: Test) {
  const test = await startTestApp(t);
  const root = await test.signUp('root', 'admin');
  const mary = await test.signUp('mary');
  const setRole = async (role: string) => {
    const url = `/api/users/${mary.id}`;
    const reply = await test.inject({ method: 'PUT', url, headers: root.headers, payload: { role } });
    t.equal(reply.statusCode, 200);
  };
  await setRole('admin');
  const minted = await test.inject({
    method: 'POST',
    url: '/api/auth/api-key/generate',
    headers: mary.headers,
    payload: { name: 'key', scopes: ['tasks:read', 'mcp'] },
  });
  const key = { 'x-api-key': minted.json<{ key: string }>().key };
  const other = await startApp(t, test.env);
  const addExecution = async ({ id: ownerId }: Account) => {
    const execution = buildExecution({ ownerId, status: 'queued', source: 'mcp', settledAt: undefined });
    await test.models.ExecutionModel.create(execution);
    return execution._id;
  };
  const endAll = () =>
    test.models.ExecutionModel.updateMany(
      {},
      { $set: { status: 'completed', result: '"marker"', endedAt: new Date() } },
    );
  const awaitWaiters = (count: number) =>
    waitFor('the waiting callers', () => other.deps.waiters.count() === count);
  return { test, root, mary, key, url: await listen(other), addExecution, setRole, endAll, awaitWaiters };
}

t.test('what another process has open ends when the role of its holder is lowered', async (t) => {
  const { root, mary, key, url, addExecution, setRole, endAll, awaitWaiters } = await openTwoProcesses(t);
  const credentials: Record<string, string>[] = [mary.headers, key];
  const opened = await Promise.all(
    credentials.map(async (headers) => {
      const id = await addExecution(root);
      const socket = await openSocket(t, `${url.replace('http', 'ws')}/ws`, { headers });
      t.match(await socket.subscribe([`execution:${id}`]), { type: 'subscribed' });
      const answer = fetch(`${url}/api/executions/${id}?wait=30`, { headers });
      return { socket, answer: answer.then(async (reply) => `${reply.status} ${await reply.text()}`) };
    }),
  );
  await awaitWaiters(2);
  const startedAt = performance.now();

  await setRole('user');

  t.same(await Promise.all(opened.map(({ socket }) => socket.closed)), [4401, 4401]);
  t.ok(performance.now() - startedAt < AT_ONCE_MS, 'by the message and not by the next check');
  await endAll();
  for (const { answer } of opened) {
    t.match(await answer, /^401 /);
    t.notMatch(await answer, 'marker');
  }
});

t.test('a tool call that waits reveals nothing to a key that was revoked in between', async (t) => {
  const { test, mary, key, url, addExecution, endAll, awaitWaiters } = await openTwoProcesses(t);
  const call = openClient(url, { headers: key })('tools/call', {
    name: 'task_get',
    arguments: { taskId: await addExecution(mary), waitSeconds: 20 },
  });
  await awaitWaiters(1);
  const { headers } = mary;
  const keys = await test.inject({ url: '/api/auth/api-keys', headers });
  const [listed] = keys.json<{ items: { id: string }[] }>().items;

  await test.inject({ method: 'DELETE', url: `/api/auth/api-keys/${listed?.id}`, headers });
  await endAll();

  const { messages, error } = await call;
  t.match(error?.data, { code: 'unauthenticated' });
  t.notMatch(JSON.stringify(messages), 'marker');
});

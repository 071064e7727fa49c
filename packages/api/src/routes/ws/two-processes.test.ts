import { FIXTURE_PLUGINS, openNamespace, startProcess, waitFor } from '@mcp-server/testing';
import t from 'tap';

import { openSocket } from '../../testing/test-socket.ts';

interface SignedUp {
  accessToken: string;
}

t.test('an execution started through one API process is seen by a client of the other', async (t) => {
  const space = await openNamespace(t);
  const env = {
    ...space.env,
    JWT_SECRET: 'Jm3tQv8wXz2LrKp6HsNd9BcYf4GaTe7U',
    REFRESH_TOKEN_SECRET: 'Jm3tQv8wXz2LrKp6HsNd9BcYf4GaTe7U2',
    DRAIN_DELAY_MS: '0',
  };
  const [one, two, worker] = await Promise.all([
    startProcess(t, 'api', env),
    startProcess(t, 'api', env),
    startProcess(t, 'worker', { ...space.env, PLUGINS_DIR: FIXTURE_PLUGINS }),
  ]);
  const [urlOfOne, urlOfTwo] = [one, two].map(({ started }) => String(started['address']));
  const post = async <T>(path: string, body: object, headers = {}): Promise<T> => {
    const reply = await fetch(`${urlOfOne}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
    return (await reply.json()) as T;
  };
  const account = { email: 'mary@example.com', username: 'mary', password: 'Test123456' };
  const { accessToken } = await post<SignedUp>('/api/auth/register', account);
  const headers = { authorization: `Bearer ${accessToken}` };
  const socket = await openSocket(t, `${urlOfTwo?.replace('http', 'ws')}/ws`, { headers });
  await socket.subscribe(['executions']);

  const call = { plugin: 'sample', action: 'echo', payload: { message: 'hello' } };
  const { executionId } = await waitFor('the worker to publish sample', async () => {
    const answer = await post<{ executionId?: string; status?: string }>('/mcp/execute', call, headers);
    return answer.status === 'completed' && answer;
  });

  await socket.receive(
    'the end',
    (event) => event.type === 'execution.completed' && event.executionId === executionId,
  );
  t.same(
    socket.received
      .filter((event) => event.executionId === executionId)
      .map(({ type, attempt }) => [type, attempt]),
    [
      ['execution.queued', undefined],
      ['execution.started', 1],
      ['execution.completed', 1],
    ],
  );
  const attempt = await waitFor('the line of the attempt', () =>
    lineWith(worker.lines, 'attempt ended', executionId),
  );
  t.ok(attempt['requestId']);
  const requestLine = await waitFor('the line of its request', () =>
    lineWith(one.lines, 'request answered', attempt['requestId']),
  );
  t.match(requestLine, { route: '/mcp/execute', statusCode: 200 }, 'request and attempt have one request id');
  socket.ws.terminate();
  t.same(await two.end('SIGTERM'), { code: 0, signal: null });
});

const lineWith = (lines: string[], message: string, value: unknown): Record<string, unknown> | undefined =>
  lines
    .filter(
      (line) => line.startsWith('{') && line.includes(`"msg":"${message}"`) && line.includes(String(value)),
    )
    .map((line) => JSON.parse(line) as Record<string, unknown>)[0];

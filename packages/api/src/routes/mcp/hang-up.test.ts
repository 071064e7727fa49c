import { waitFor } from '@mcp-server/testing';
import t from 'tap';

import { listen } from '../../testing/mcp-client.ts';
import { ECHO, publishSample, startTestApp } from '../../testing/test-app.ts';

const JSON_TYPE = { 'content-type': 'application/json' };
const MCP_TYPES = { ...JSON_TYPE, accept: 'application/json, text/event-stream' };
const toolCall = (name: string, toolArguments: object) =>
  JSON.stringify({
    jsonrpc: '2.0',
    id: 1,
    method: 'tools/call',
    params: { name, arguments: toolArguments },
  });

t.test('callers that hang up free their waiters at once, wherever they wait', async (t) => {
  const test = await startTestApp(t);
  await publishSample(test);
  const url = await listen(test);
  const { headers } = await test.signUp('mary');
  const made = await test.inject({
    method: 'POST',
    url: '/mcp/execute',
    headers,
    payload: { ...ECHO, wait: 0 },
  });
  const { executionId } = made.json<{ executionId: string }>();
  const awaited = async () => {
    const { body } = await test.inject({ url: '/metrics?format=txt' });
    return Number(/^mcp_awaited_executions (\d+)$/m.exec(body)?.[1]);
  };
  const post = (path: string, body: string, types: Record<string, string>) =>
    [path, { method: 'POST', body, headers: { ...headers, ...types } }] as const;
  const waits = [
    post('/mcp/execute', JSON.stringify({ ...ECHO, wait: 60 }), JSON_TYPE),
    [`/api/executions/${executionId}?wait=60`, { headers }],
    post('/mcp', toolCall('sample__echo', { message: 'hello' }), MCP_TYPES),
    post('/mcp', toolCall('task_get', { taskId: executionId, waitSeconds: 30 }), MCP_TYPES),
  ] as const;

  for (const [path, request] of waits) {
    const leaving = new AbortController();
    const call = fetch(`${url}${path}`, { ...request, signal: leaving.signal });
    await waitFor(`the waiter of ${path}`, async () => (await awaited()) === 1);
    leaving.abort();
    await t.rejects(call);
    await waitFor(`its end for ${path}`, async () => (await awaited()) === 0, 2_000);
  }
});

import { openNamespace, startProcess, waitFor } from '@mcp-server/testing';
import t from 'tap';

import { openClient, WITH_TASKS } from '../testing/mcp-client.ts';

const SECRETS = {
  JWT_SECRET: 'Jm3tQv8wXz2LrKp6HsNd9BcYf4GaTe7U',
  REFRESH_TOKEN_SECRET: 'Jm3tQv8wXz2LrKp6HsNd9BcYf4GaTe7V',
};
const INITIALIZE = {
  protocolVersion: '2025-11-25',
  capabilities: {},
  clientInfo: { name: 'test', version: '1' },
};
const able = { capabilities: { ...WITH_TASKS, elicitation: {} } };

t.test('one process continues what another began', { timeout: 120_000 }, async (t) => {
  const space = await openNamespace(t);
  const env = { ...space.env, ...SECRETS };
  const a = await startProcess(t, 'api', env);
  const b = await startProcess(t, 'api', env);
  const worker = await startProcess(t, 'worker', space.env);
  const urlOf = ({ started }: typeof a) => `http://127.0.0.1:${String(started['port'])}`;
  const registered = await fetch(`${urlOf(a)}/api/auth/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email: 'mary@example.com', username: 'mary', password: 'Test123456' }),
  });
  const { accessToken } = (await registered.json()) as { accessToken: string };
  const headers = { authorization: `Bearer ${accessToken}` };
  const [onA, onB] = [openClient(urlOf(a), { headers }), openClient(urlOf(b), { headers })];
  await waitFor('the catalogue', async () => {
    const lists = await Promise.all([onA('tools/list'), onB('tools/list')]);
    return lists.every(({ result }) => (result['tools'] as object[]).length > 2);
  });

  const sleep = { name: 'sample__sleep', arguments: { ms: 4_000 } };
  const made = await onA('tools/call', sleep, able);
  await worker.end('SIGKILL');
  await startProcess(t, 'worker', space.env);
  const { taskId } = made.result;
  const ended = await waitFor(
    'the end',
    async () => {
      const { status, error, result } = await onB('tasks/get', { taskId }, able);
      t.equal(status, 200);
      t.notOk(error);
      return result['status'] === 'completed' && result;
    },
    60_000,
  );
  const ask = { name: 'sample__ask', arguments: {} };
  const asked = await onA('tools/call', ask, { capabilities: { elicitation: {} } });
  const answered = await onB('tools/call', ask, {
    capabilities: { elicitation: {} },
    requestState: asked.result['requestState'],
    inputResponses: { name: { action: 'accept', content: { name: 'Ada' } } },
  });

  const initialized = await onA('initialize', INITIALIZE, { era: 'legacy' });
  const session = { 'mcp-session-id': initialized.headers.get('mcp-session-id') ?? '' };
  const long = { name: 'sample__sleep', arguments: { ms: 60_000 } };
  const call = onA('tools/call', long, { era: 'legacy', headers: session, meta: { progressToken: 1 } });
  await waitFor('the run', async () => space.models.ExecutionModel.exists({ status: 'running' }));
  const cancel = await onB('notifications/cancelled', { requestId: 1 }, { era: 'legacy', headers: session });

  t.equal(cancel.status, 202);
  t.match((await call).result, { isError: true, content: [{ text: /cancelled/ }] });
  t.match(ended, { result: { structuredContent: { sleptMs: 4_000 } } });
  t.match(answered.result, { structuredContent: { greeting: 'Hello, Ada!' } });
  const lines = b.lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  t.ok(
    lines.some(({ msg, route }) => msg === 'request answered' && route === '/mcp'),
    'each call has its line',
  );
  t.notOk(
    b.lines.some((line) => line.includes('Ada') || line.includes(accessToken)),
    'and nothing of what was said',
  );
});

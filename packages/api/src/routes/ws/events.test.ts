import type { ExecutionRecord } from '@mcp-server/shared';
import { buildExecution, waitFor } from '@mcp-server/testing';
import t from 'tap';

import { type Account, ECHO, createEchoTask, publishSample, type TestApp } from '../../testing/test-app.ts';
import { openSocket, startListening } from '../../testing/test-socket.ts';

const execute = async ({ inject }: TestApp, { headers }: Account): Promise<string> => {
  const reply = await inject({
    method: 'POST',
    url: '/mcp/execute',
    headers: { ...headers, prefer: 'respond-async' },
    payload: ECHO,
  });
  return reply.json<{ executionId: string }>().executionId;
};

t.test('events of own executions arrive, without payload and result', async (t) => {
  const test = await startListening(t);
  await publishSample(test);
  const mary = await test.signUp('mary');
  const socket = await openSocket(t, test.url, { headers: mary.headers });
  t.match(await socket.subscribe(['executions']), { type: 'subscribed', topics: ['executions'] });

  const executionId = await execute(test, mary);
  await test.inject({ method: 'POST', url: `/api/executions/${executionId}/cancel`, headers: mary.headers });

  const queued = await socket.receive('queued', ({ type }) => type === 'execution.queued');
  const cancelled = await socket.receive('cancelled', ({ type }) => type === 'execution.cancelled');
  t.match(queued, { executionId, plugin: 'sample', action: 'echo', status: 'queued' });
  t.match(cancelled, { executionId, status: 'cancelled' });
  t.notMatch(JSON.stringify(socket.received), /hello|payload|result/);
});

t.test('topics select events: of one task, of all tasks, of one execution', async (t) => {
  const test = await startListening(t);
  await publishSample(test);
  const mary = await test.signUp('mary');
  const task = await createEchoTask(test, mary);
  const [ofTask, ofTasks, ofOther] = await Promise.all(
    Array.from({ length: 3 }, () => openSocket(t, test.url, { headers: mary.headers })),
  );
  const other = await execute(test, mary);
  await ofTask?.subscribe([`task:${task.id}`]);
  await ofTasks?.subscribe(['tasks']);
  await ofOther?.subscribe([`execution:${other}`]);

  await execute(test, mary);
  const reply = await test.inject({
    method: 'POST',
    url: `/api/tasks/${task.id}/execute`,
    headers: mary.headers,
  });
  const { executionId } = reply.json<{ executionId: string }>();
  await test.inject({ method: 'POST', url: `/api/executions/${other}/cancel`, headers: mary.headers });

  await ofOther?.receive('the cancel', ({ type }) => type === 'execution.cancelled');
  for (const socket of [ofTask, ofTasks]) {
    await socket?.receive('the task', (event) => event.executionId === executionId);
    t.same(
      socket?.received.filter(({ executionId: id }) => id !== undefined).map(({ executionId: id }) => id),
      [executionId],
    );
  }
  t.same(
    ofOther?.received.filter(({ executionId: id }) => id !== other && id !== undefined),
    [],
  );
});

t.test('topics of others are not found, and none of their events arrives', async (t) => {
  const test = await startListening(t);
  await publishSample(test);
  const [mary, john] = [await test.signUp('mary'), await test.signUp('john')];
  const task = await createEchoTask(test, john);
  const executionId = await execute(test, john);
  const socket = await openSocket(t, test.url, { headers: mary.headers });

  t.match(await socket.subscribe([`execution:${executionId}`]), { type: 'error', code: 'not_found' });
  t.match(await socket.subscribe([`task:${task.id}`]), { type: 'error', code: 'not_found' });
  await socket.subscribe(['executions', 'tasks']);
  await test.inject({ method: 'POST', url: `/api/executions/${executionId}/cancel`, headers: john.headers });
  const own = await execute(test, mary);

  await socket.receive('own event', (event) => event.executionId === own);
  t.same(
    socket.received.filter((event) => event.executionId === executionId),
    [],
  );
});

t.test('a socket resumes after its last event, and gets a reset if the past is gone', async (t) => {
  const test = await startListening(t);
  const mary = await test.signUp('mary');
  const write = (changes: Partial<ExecutionRecord> = {}) => {
    const execution = buildExecution({ ownerId: mary.id, ...changes });
    test.deps.events.write(execution);
    return execution._id;
  };
  const first = await openSocket(t, test.url, { headers: mary.headers });
  await first.subscribe(['executions']);
  const [one] = [write(), write(), write()];
  const last = await first.receive('the first', (event) => event.executionId === one);
  await waitFor('all three', () => first.received.filter(({ id }) => id).length === 3);
  const eventIds = new Set(first.received.filter(({ id }) => id).map(({ id }) => id));
  first.ws.terminate();
  const missed = write();

  const second = await openSocket(t, test.url, { headers: mary.headers });
  await second.subscribe(['executions'], last.id);
  const live = write();
  await second.receive('the live one', (event) => event.executionId === live);
  t.same(
    second.received
      .filter(({ id }) => id)
      .map(({ id, executionId }) => [eventIds.has(id), executionId === missed]),
    [
      [true, false],
      [true, false],
      [false, true],
      [false, false],
    ],
  );
  t.notOk(second.received.some(({ type }) => type === 'reset'));

  const third = await openSocket(t, test.url, { headers: mary.headers });
  await third.subscribe(['executions'], '1-0');
  await third.receive('the mark', ({ type }) => type === 'reset');
  await third.subscribe(['executions'], `${Date.now() + 86_400_000}-0`);
  await waitFor(
    'a mark for an id of the future',
    () => third.received.filter(({ type }) => type === 'reset').length === 2,
  );
});

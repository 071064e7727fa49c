import { randomUUID } from 'node:crypto';

import { cancelChannel, claimExecution, createRedis, type Execution } from '@mcp-server/shared';
import { buildExecution, waitFor } from '@mcp-server/testing';
import t from 'tap';

import { createEchoTask, publishSample, startTestApp } from '../../../testing/test-app.ts';

t.test("another user's execution gets the response of an unknown id", async (t) => {
  const test = await startTestApp(t);
  const mary = await test.signUp('mary');
  const eve = await test.signUp('eve');
  const execution = buildExecution({ ownerId: mary.id });
  await test.models.ExecutionModel.create(execution);

  for (const id of [execution._id, randomUUID()]) {
    const read = await test.inject({ url: `/api/executions/${id}`, headers: eve.headers });
    const cancel = await test.inject({
      method: 'POST',
      url: `/api/executions/${id}/cancel`,
      headers: eve.headers,
    });
    t.same([read.statusCode, cancel.statusCode], [404, 404]);
  }
  const own = await test.inject({ url: `/api/executions/${execution._id}`, headers: mary.headers });
  t.match(own.json(), { id: execution._id, status: 'queued', payload: { message: 'hello' } });
  t.notOk('policy' in own.json() || 'lease' in own.json());
});

t.test('a waiting execution is cancelled for good, and its task shows it', async (t) => {
  const test = await startTestApp(t);
  await publishSample(test);
  const mary = await test.signUp('mary');
  const { id } = await createEchoTask(test, mary);
  const started = await test.inject({
    method: 'POST',
    url: `/api/tasks/${id}/execute`,
    headers: mary.headers,
  });
  const cancel = () =>
    test.inject({ method: 'POST', url: `${String(started.headers.location)}/cancel`, headers: mary.headers });

  const [waiting, first] = await Promise.all([
    test.inject({ url: `${String(started.headers.location)}?wait=20`, headers: mary.headers }),
    cancel(),
  ]);
  const second = await cancel();

  t.match(first.json(), { outcome: 'cancelled', execution: { status: 'cancelled' } });
  t.match(second.json(), { outcome: 'ended', execution: { status: 'cancelled' } });
  t.equal(waiting.json<Execution>().status, 'cancelled');
  const task = await test.inject({ url: `/api/tasks/${id}`, headers: mary.headers });
  t.equal(task.json().status, 'cancelled');
  const stored = await test.models.ExecutionModel.findOne().lean();
  t.match(stored, { settledAt: Date, expiresAt: Date, cancel: { by: mary.id } });
});

t.test('a running execution is asked to stop, and its worker is notified', async (t) => {
  const test = await startTestApp(t);
  const mary = await test.signUp('mary');
  const execution = buildExecution({ ownerId: mary.id });
  await test.models.ExecutionModel.create(execution);
  await claimExecution(test.models.ExecutionModel, {
    id: execution._id,
    seq: 1,
    worker: 'test',
    token: 'test',
    leaseMs: 60_000,
    canJudgeLeases: true,
    canTakeSuspect: true,
  });
  const subscriber = createRedis(test.redisUrl, 'subscriber', () => undefined);
  t.teardown(() => subscriber.disconnect());
  const published: string[] = [];
  subscriber.on('message', (_channel, id) => published.push(id));
  await subscriber.subscribe(cancelChannel(test.prefix));

  const reply = await test.inject({
    method: 'POST',
    url: `/api/executions/${execution._id}/cancel`,
    headers: mary.headers,
  });

  t.match(reply.json(), {
    outcome: 'requested',
    execution: { status: 'running', cancelRequestedAt: String },
  });
  await waitFor('the message', () => published.includes(execution._id));
});

t.test('a wait that is not a number of seconds up to a minute is refused', async (t) => {
  const test = await startTestApp(t);
  const mary = await test.signUp('mary');

  for (const wait of ['-1', '61', 'x']) {
    const reply = await test.inject({
      url: `/api/executions/${randomUUID()}?wait=${wait}`,
      headers: mary.headers,
    });
    t.equal(reply.statusCode, 400, wait);
  }
});

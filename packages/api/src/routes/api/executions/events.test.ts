import { buildExecution } from '@mcp-server/testing';
import t from 'tap';

import { startListening } from '../../../testing/test-socket.ts';

/** The events of a stream that ends, as a client reads them. */
const parse = (text: string) =>
  text
    .split('\n\n')
    .filter((block) => block.includes('event:'))
    .map((block) => ({
      id: /^id: (.+)$/m.exec(block)?.[1],
      type: /^event: (.+)$/m.exec(block)?.[1],
      message: JSON.parse(/^data: (.+)$/m.exec(block)?.[1] ?? '') as Record<string, unknown>,
    }));

t.test('a stream sends the state of the execution, then its events, and ends with it', async (t) => {
  const test = await startListening(t);
  const mary = await test.signUp('mary');
  const execution = buildExecution({ ownerId: mary.id });
  await test.models.ExecutionModel.create(execution);

  const reply = await fetch(`${test.address}/api/executions/${execution._id}/events`, {
    headers: mary.headers,
  });
  test.deps.events.write({
    ...execution,
    status: 'running',
    attempts: [{ epoch: 1, worker: 'w', startedAt: new Date() }],
  });
  test.deps.events.write(buildExecution({ ownerId: mary.id }));
  test.deps.events.write({ ...execution, status: 'completed', result: '"secret"' });
  const events = parse(await reply.text());

  t.match(reply.headers.get('content-type'), 'text/event-stream');
  t.same(
    events.map(({ type }) => type),
    ['subscribed', 'state', 'execution.started', 'execution.completed'],
  );
  t.match(events[1]?.message, { state: { status: 'queued', executionId: execution._id } });
  t.notMatch(JSON.stringify(events), /secret|payload/);

  const headers = { ...mary.headers, 'last-event-id': String(events[2]?.id) };
  await test.models.ExecutionModel.updateOne({ _id: execution._id }, { $set: { status: 'completed' } });
  const resumed = await fetch(`${test.address}/api/executions/${execution._id}/events`, { headers });
  t.same(
    parse(await resumed.text()).map(({ type }) => type),
    ['subscribed', 'execution.completed'],
  );
});

t.test('the stream of an ended execution sends its state and ends', async (t) => {
  const test = await startListening(t);
  const mary = await test.signUp('mary');
  const execution = buildExecution({ ownerId: mary.id, status: 'failed' });
  await test.models.ExecutionModel.create(execution);

  const reply = await test.inject({ url: `/api/executions/${execution._id}/events`, headers: mary.headers });
  t.match(parse(reply.body).at(-1), { type: 'state', message: { state: { status: 'failed' } } });
  t.equal(test.deps.sockets.count, 0);
});

t.test('executions of others are not found, and an invalid event id is refused', async (t) => {
  const test = await startListening(t);
  const [mary, john] = [await test.signUp('mary'), await test.signUp('john')];
  const execution = buildExecution({ ownerId: john.id });
  await test.models.ExecutionModel.create(execution);
  const url = `/api/executions/${execution._id}/events`;

  t.equal((await test.inject({ url, headers: mary.headers })).statusCode, 404);
  t.equal((await test.inject({ url })).statusCode, 401);
  t.equal((await test.inject({ url, headers: { ...john.headers, 'last-event-id': '+' } })).statusCode, 400);
});

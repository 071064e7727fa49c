import {
  buildEventWriter,
  createRedis,
  describeEvent,
  EVENT_FIELD,
  eventStreamKey,
  type ExecutionRecord,
} from '@mcp-server/shared';
import { buildExecution, FaultProxy, waitFor } from '@mcp-server/testing';
import t, { type Test } from 'tap';

import { openSocket, startListening } from '../../testing/test-socket.ts';

type Listening = Awaited<ReturnType<typeof startListening>>;

/** Steps of one Redis transaction: a reader sees only the state after the last one. */
type Step = (pipeline: ReturnType<Listening['redis']['multi']>, key: string) => unknown;

const add =
  (execution: ExecutionRecord, id = '*'): Step =>
  (pipeline, key) =>
    pipeline.xadd(key, id, EVENT_FIELD, JSON.stringify(describeEvent(execution)));
const trim =
  (length: number): Step =>
  (pipeline, key) =>
    pipeline.xtrim(key, 'MAXLEN', length);
const drop: Step = (pipeline, key) => pipeline.del(key);

/** A socket that has received one event and gets no more before `apply`. */
async function openFollower(t: Test) {
  const test = await startListening(t);
  const mary = await test.signUp('mary');
  const key = eventStreamKey(test.prefix, mary.id);
  const socket = await openSocket(t, test.url, { headers: mary.headers });
  await socket.subscribe(['executions']);
  const build = () => buildExecution({ ownerId: mary.id });
  const apply = async (...steps: Step[]) => {
    const pipeline = test.redis.multi();
    for (const step of steps) step(pipeline, key);
    await pipeline.exec();
  };
  const first = build();
  await apply(add(first));
  await socket.receive('the first event', ({ executionId }) => executionId === first._id);
  const resets = () => socket.received.filter(({ type }) => type === 'reset').length;
  return { test, mary, socket, build, apply, resets };
}

const many = (count: number, build: () => ExecutionRecord) =>
  Array.from({ length: count }, () => add(build()));

t.test('a feed behind the cut of its stream gets a reset, and then the events that are left', async (t) => {
  const { socket, build, apply, resets } = await openFollower(t);
  const last = build();

  await apply(...many(20, build), add(last), trim(5));

  await socket.receive('the last event', ({ executionId }) => executionId === last._id);
  t.equal(resets(), 1);
  const types = socket.received.slice(2).map(({ type }) => type);
  t.equal(types[0], 'reset', 'before the events that came later');
  t.equal(types.length, 6);
});

t.test('a burst that is still in the stream is complete and gets no reset', async (t) => {
  const { socket, build, apply, resets } = await openFollower(t);
  const last = build();

  await apply(...many(900, build), add(last));

  await socket.receive('the last event', ({ executionId }) => executionId === last._id);
  await waitFor('all of them', () => socket.received.filter(({ id }) => id !== undefined).length === 902);
  t.equal(resets(), 0);
});

t.test('a stream that was emptied between two reads gets a reset', async (t) => {
  const { socket, build, apply, resets } = await openFollower(t);
  const last = build();

  await apply(add(build()), drop, add(last));

  await socket.receive('the last event', ({ executionId }) => executionId === last._id);
  t.equal(resets(), 1);
});

t.test('a stream that is gone gets a reset, even if nothing follows', async (t) => {
  const { socket, build, apply, resets } = await openFollower(t);

  await apply(add(build()), drop);

  await socket.receive('the reset', ({ type }) => type === 'reset');
  const next = build();
  await apply(add(next));
  await socket.receive('the next event', ({ executionId }) => executionId === next._id);
  t.equal(resets(), 1, 'only once');
});

t.test('event ids that start again are followed after a reset', async (t) => {
  const { socket, build, apply, resets } = await openFollower(t);
  const [one, two] = [build(), build()];

  await apply(drop, add(one, '1-1'));
  await socket.receive('the reset', ({ type }) => type === 'reset');
  await socket.receive('the event with the lower id', ({ executionId }) => executionId === one._id);
  await apply(add(two, '1-2'));
  await socket.receive('the next one', ({ executionId }) => executionId === two._id);

  t.equal(resets(), 1);
});

t.test('the first events of a user need no reset, unless some were cut', async (t) => {
  const test = await startListening(t);
  const [mary, john] = [await test.signUp('mary'), await test.signUp('john')];

  for (const [{ id, headers }, steps, expected] of [
    [mary, [], 0],
    [john, [trim(2)], 1],
  ] as const) {
    const socket = await openSocket(t, test.url, { headers });
    await socket.subscribe(['executions']);
    const build = () => buildExecution({ ownerId: id });
    const last = build();
    const pipeline = test.redis.multi();
    for (const step of [...many(5, build), add(last), ...steps])
      step(pipeline, eventStreamKey(test.prefix, id));
    await pipeline.exec();
    await socket.receive('the last event', ({ executionId }) => executionId === last._id);
    t.equal(socket.received.filter(({ type }) => type === 'reset').length, expected);
  }
});

t.test('an event stream sends the state after a reset, so that no end is missed', async (t) => {
  const test = await startListening(t);
  const mary = await test.signUp('mary');
  const execution = buildExecution({ ownerId: mary.id, status: 'running' });
  await test.models.ExecutionModel.create(execution);
  const reply = await fetch(`${test.address}/api/executions/${execution._id}/events`, {
    headers: mary.headers,
  });
  const reader = reply.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  const readUntil = (what: string) =>
    waitFor(what, async () => {
      const { done, value = '' } = (await reader?.read()) ?? { done: true };
      text += value;
      return done || text.includes(what);
    });
  await readUntil('event: state');

  const key = eventStreamKey(test.prefix, mary.id);
  const apply = async (...steps: Step[]) => {
    const pipeline = test.redis.multi();
    for (const step of steps) step(pipeline, key);
    await pipeline.exec();
  };
  await apply(add({ ...execution, status: 'retrying' }));
  await readUntil('execution.retrying');
  const end = { status: 'completed' as const, endedAt: new Date() };
  await test.models.ExecutionModel.updateOne({ _id: execution._id }, end);
  await apply(add({ ...execution, ...end }), drop, add(buildExecution({ ownerId: mary.id })));
  await readUntil('event: reset');
  await readUntil('the end');

  t.match(text, /event: reset\n[^]*event: state\ndata: .*"status":"completed"/);
});

/** An event writer of another process, whose way to Redis can be cut without touching the reader's. */
async function openOtherWriter(t: Test, { redisUrl, prefix }: Pick<Listening, 'redisUrl' | 'prefix'>) {
  const target = new URL(redisUrl);
  const proxy = await FaultProxy.open(Number(target.port));
  target.host = `127.0.0.1:${proxy.port}`;
  const redis = createRedis(target.href, 'producer', () => undefined);
  const writer = buildEventWriter(redis, prefix);
  t.teardown(async () => {
    writer.close();
    redis.disconnect();
    await proxy.close();
  });
  await waitFor('the connection', () => redis.status === 'ready');
  return { proxy, redis, writer };
}

t.test('events that a writer without a way to Redis drops are a reset for their readers', async (t) => {
  const { test, mary, socket, build, resets } = await openFollower(t);
  const { proxy, redis, writer } = await openOtherWriter(t, test);

  proxy.setFault({ kind: 'drop' });
  proxy.resetAll();
  await waitFor('the loss', () => redis.status !== 'ready');
  writer.write(build());
  t.equal(writer.lost(), 1);
  t.equal(resets(), 0, 'the reader notices nothing by itself');
  proxy.setFault({ kind: 'none' });
  proxy.resetAll();

  await socket.receive('the reset', ({ type }) => type === 'reset');
  const next = build();
  writer.write(next);
  await socket.receive('the next event', ({ executionId }) => executionId === next._id);
  t.equal(resets(), 1);

  const resumed = await openSocket(t, test.url, { headers: mary.headers });
  await resumed.subscribe(['executions'], socket.received.find(({ id }) => id !== undefined)?.id);
  await resumed.receive('the reset of a reader who resumes', ({ type }) => type === 'reset');
});

t.test('events beyond what a writer keeps are a reset for their readers alone', async (t) => {
  const { test, socket, build, resets } = await openFollower(t);
  const john = await test.signUp('john');
  const other = await openSocket(t, test.url, { headers: john.headers });
  await other.subscribe(['executions']);
  const { writer } = await openOtherWriter(t, test);
  const last = buildExecution({ ownerId: john.id });

  for (const execution of Array.from({ length: 2_000 }, () => buildExecution())) writer.write(execution);
  writer.write(build());
  t.equal(writer.lost(), 1);

  await socket.receive('the reset', ({ type }) => type === 'reset');
  t.equal(resets(), 1);
  await waitFor('room', () => {
    writer.write(last);
    return other.received.some(({ executionId }) => executionId === last._id);
  });
  t.notOk(other.received.some(({ type }) => type === 'reset'));
});

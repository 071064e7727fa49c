import { buildExecution, FaultProxy, openNamespace, waitFor } from '@mcp-server/testing';
import t, { type Test } from 'tap';

import { openSocket, startListening } from '../../testing/test-socket.ts';

/** Promised to operators: a silent connection is replaced, and work resumes, within this time. */
const REPLACED_WITHIN_MS = 15_000;
/** Only the connection that reads events carries it. */
const READS_EVENTS = 'xread';

// They mostly wait.
t.jobs = 2;

/** Starts an application behind a proxy, with a socket that follows one account. */
async function openWatched(t: Test) {
  const { redisUrl } = await openNamespace(t, undefined, { hasIndexes: false });
  const target = new URL(redisUrl);
  const proxy = await FaultProxy.open(Number(target.port), { marks: [READS_EVENTS] });
  t.teardown(() => proxy.close());
  target.host = `127.0.0.1:${proxy.port}`;
  const test = await startListening(t, { REDIS_URL: target.href });
  const mary = await test.signUp('mary');
  const socket = await openSocket(t, test.url, { headers: mary.headers });
  await socket.subscribe(['executions']);
  return { proxy, test, mary, socket };
}

t.test('an API whose connections go silent says so, and is ready again', { buffered: true }, async (t) => {
  const { proxy, test, mary, socket } = await openWatched(t);
  const readStatus = async () => (await test.deps.readiness.check()).status;
  t.equal(await readStatus(), 'ready');

  t.equal(proxy.silence('both'), 3);
  const silentAt = performance.now();
  t.equal(await readStatus(), 'degraded');
  await waitFor('readiness', async () => (await readStatus()) === 'ready', REPLACED_WITHIN_MS);
  const execution = buildExecution({ ownerId: mary.id });
  test.deps.events.write(execution);
  await socket.receive('the event', ({ executionId }) => executionId === execution._id);

  t.ok(performance.now() - silentAt < REPLACED_WITHIN_MS);
});

t.test('a feed whose connection goes silent sends what it missed', { buffered: true }, async (t) => {
  const { proxy, test, mary, socket } = await openWatched(t);

  t.equal(proxy.silence('replies', READS_EVENTS), 1);
  const silentAt = performance.now();
  const execution = buildExecution({ ownerId: mary.id });
  test.deps.events.write(execution);
  await socket.receive('the event', ({ executionId }) => executionId === execution._id);

  t.ok(performance.now() - silentAt < REPLACED_WITHIN_MS);
});

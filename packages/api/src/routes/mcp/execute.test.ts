import { claimExecution, endedChannel, finishExecution } from '@mcp-server/shared';
import { waitFor } from '@mcp-server/testing';
import t from 'tap';

import { type Account, ECHO, publishSample, startTestApp, type TestApp } from '../../testing/test-app.ts';

const call = (test: TestApp, { headers }: Account, changes: object = {}, more: Record<string, string> = {}) =>
  test.inject({
    method: 'POST',
    url: '/mcp/execute',
    headers: { ...headers, ...more },
    payload: { ...ECHO, ...changes },
  });

/** Ends the only execution, as a worker would; with `tells` it also publishes the end over Redis. */
async function endAsWorker(test: TestApp, end: 'completed' | 'failed', { tells }: { tells: boolean }) {
  const { _id: id } = await waitFor('an execution', () => test.models.ExecutionModel.findOne().lean());
  const claim = {
    id,
    seq: 1,
    worker: 'test',
    token: 'test',
    leaseMs: 5_000,
    canJudgeLeases: true,
    canTakeSuspect: true,
  };
  const claimed = await claimExecution(test.models.ExecutionModel, claim);
  await finishExecution(test.models.ExecutionModel, {
    id,
    epoch: claimed?.epoch ?? 0,
    of: { plugin: 'sample', action: 'echo' },
    retentionSeconds: 60,
    end:
      end === 'completed'
        ? { kind: 'completed', result: '{"message":"hello"}' }
        : { kind: 'failed', failure: { kind: 'error', message: 'no' } },
  });
  if (tells) await test.redis.publish(endedChannel(test.prefix), id);
  return id;
}

t.test('a call returns the result once the execution has ended', async (t) => {
  const test = await startTestApp(t);
  await publishSample(test);
  const mary = await test.signUp('mary');

  const [reply, executionId] = await Promise.all([
    call(test, mary),
    endAsWorker(test, 'completed', { tells: true }),
  ]);

  t.equal(reply.statusCode, 200);
  t.same(reply.json(), { executionId, status: 'completed', result: { message: 'hello' } });
});

t.test('a failed execution returns 200 with the failure, even without a message', async (t) => {
  const test = await startTestApp(t);
  await publishSample(test);
  const mary = await test.signUp('mary');

  const [reply, executionId] = await Promise.all([
    call(test, mary),
    endAsWorker(test, 'failed', { tells: false }),
  ]);

  t.equal(reply.statusCode, 200);
  t.same(reply.json(), { executionId, status: 'failed', failure: { kind: 'error', message: 'no' } });
});

t.test('without a worker a call returns 202 after its wait, or at once if requested', async (t) => {
  const test = await startTestApp(t);
  await publishSample(test);
  const mary = await test.signUp('mary');

  const startedAt = performance.now();
  const waited = await call(test, mary, { wait: 0.5 });
  const waitedMs = performance.now() - startedAt;
  const atOnce = await call(test, mary, {}, { prefer: 'respond-async, wait=10' });

  t.ok(waitedMs >= 500 && waitedMs < 3_000, `${waitedMs}`);
  for (const reply of [waited, atOnce]) {
    t.equal(reply.statusCode, 202);
    t.match(reply.headers, { location: /^\/api\/executions\//, 'retry-after': '1' });
    t.match(reply.json(), { status: 'queued' });
  }
});

t.test('closing returns 202 to waiting callers', async (t) => {
  const test = await startTestApp(t);
  await publishSample(test);
  const mary = await test.signUp('mary');

  const waiting = call(test, mary);
  await waitFor('an execution', () => test.models.ExecutionModel.findOne().lean());
  test.deps.waiters.close();

  t.equal((await waiting).statusCode, 202);
});

t.test('a repeat with the same key waits for the first one and gets its result', async (t) => {
  const test = await startTestApp(t);
  await publishSample(test);
  const mary = await test.signUp('mary');
  const key = { 'idempotency-key': 'once' };
  await call(test, mary, { wait: 0 }, key);

  const [repeat, executionId] = await Promise.all([
    call(test, mary, { wait: 20 }, key),
    endAsWorker(test, 'completed', { tells: true }),
  ]);
  const other = await call(test, mary, { payload: { message: 'other' } }, key);

  t.match(repeat.json(), { executionId, status: 'completed' });
  t.equal(repeat.headers['idempotent-replayed'], 'true');
  t.equal(other.json().code, 'idempotency_conflict');
});

t.test('too much unfinished work of a user is refused until some has ended', async (t) => {
  const test = await startTestApp(t, { MAX_UNFINISHED_PER_USER: '2' });
  await publishSample(test);
  const mary = await test.signUp('mary');
  const john = await test.signUp('john');
  await call(test, mary, { wait: 0 }, { 'idempotency-key': 'first' });
  await call(test, mary, { wait: 0 });

  const third = await call(test, mary, { wait: 0 });
  const repeat = await call(test, mary, { wait: 0 }, { 'idempotency-key': 'first' });
  const johns = await call(test, john, { wait: 0 });

  t.match(third.json(), { status: 429, code: 'too_many_unfinished' });
  t.equal(third.headers['retry-after'], '1');
  t.equal(repeat.statusCode, 202);
  t.equal(johns.statusCode, 202);
  await test.models.ExecutionModel.updateMany({ ownerId: mary.id }, { $set: { status: 'cancelled' } });
  await waitFor('room again', async () => (await call(test, mary, { wait: 0 })).statusCode === 202);
});

t.test('too much unfinished work in total is refused', async (t) => {
  const test = await startTestApp(t, { MAX_UNFINISHED: '1' });
  await publishSample(test);
  const mary = await test.signUp('mary');
  await call(test, mary, { wait: 0 });

  const reply = await call(test, mary, { wait: 0 });

  t.match(reply.json(), { status: 503, code: 'overloaded' });
});

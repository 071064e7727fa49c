import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { cancelExecution, claimExecution, finishExecution, provideInput } from '@mcp-server/shared';
import { type Fleet, openFleet, waitFor } from '@mcp-server/testing';
import t, { type Test } from 'tap';

const FAST = { LEASE_MS: '1500', BEAT_MS: '300', STALLED_CHECK_MS: '300', SWEEP_MS: '200' };

const answer = (content: object) => JSON.stringify({ action: 'accept', content });

/** Stores an answer and enqueues nothing, like an API that dies right after the write. */
const provide = ({ space }: Fleet, id: string, name: string) =>
  provideInput(space.models.ExecutionModel, { id, answers: new Map([['input-1', answer({ name })]]) });

/** Submits an execution that waits for a name, with a file of its effects. */
async function askForName(t: Test, fleet: Fleet, changes = {}) {
  const file = join(t.testdir({}), 'effects');
  const payload = JSON.stringify({ file });
  const id = await fleet.submit({ plugin: 'asking', action: 'greet', payload, ...changes });
  await fleet.reach(id, 'input_required');
  return { id, readEffects: () => readFile(file, 'utf8') };
}

t.test(
  'a question ends the attempt, costs none, and its answer wakes the execution without a caller',
  async (t) => {
    const fleet = await openFleet(t);
    await fleet.startWorker(FAST);
    const { id, readEffects } = await askForName(t, fleet);
    const waiting = await fleet.read(id);
    t.match(waiting, {
      attemptsUsed: 0,
      seq: 1,
      lease: undefined,
      attempts: [{ epoch: 1, outcome: 'input_required', endedAt: Date }],
      inputs: [{ key: 'input-1', method: 'elicitation/create', epoch: 1, askedAt: Date }],
    });
    t.match(JSON.parse(waiting.inputs?.[0]?.params ?? ''), {
      mode: 'form',
      message: 'What is your name?',
      requestedSchema: { type: 'object', properties: { name: { type: 'string' } }, required: ['name'] },
    });

    const outcome = await provide(fleet, id, 'Ada');

    t.equal(outcome.kind, 'resumed');
    const ended = await fleet.reach(id, 'completed');
    t.match(ended, { seq: 2, attemptsUsed: 1, crashes: 0, result: '{"text":"Hello, Ada!"}' });
    t.same(JSON.parse(ended.content ?? ''), [{ type: 'text', text: '**Hello, Ada!**' }]);
    t.equal(await readEffects(), 'before\nafter Ada\n');
  },
);

t.test('the worker that asked may die: another one continues, and no effect is repeated', async (t) => {
  const fleet = await openFleet(t);
  const first = await fleet.startWorker(FAST);
  const { id, readEffects } = await askForName(t, fleet);

  await first.end('SIGKILL');
  await provide(fleet, id, 'Ada');
  await fleet.startWorker(FAST);

  t.match(await fleet.reach(id, 'completed', 30_000), { crashes: 0, attempts: { length: 2 } });
  t.equal(await readEffects(), 'before\nafter Ada\n');
});

t.test('a worker that is stopped leaves the question as it is', async (t) => {
  const fleet = await openFleet(t);
  const first = await fleet.startWorker(FAST);
  const { id, readEffects } = await askForName(t, fleet);

  t.same(await first.end('SIGTERM'), { code: 0, signal: null });

  t.match(await fleet.read(id), { status: 'input_required', handBacks: 0, attempts: { length: 1 } });
  await provide(fleet, id, 'Ada');
  await fleet.startWorker(FAST);
  await fleet.reach(id, 'completed', 30_000);
  t.equal(await readEffects(), 'before\nafter Ada\n');
});

t.test('of many concurrent answers one wins, and one of them wakes the execution', async (t) => {
  const fleet = await openFleet(t);
  await fleet.startWorker(FAST);
  const { id, readEffects } = await askForName(t, fleet);
  const names = Array.from({ length: 20 }, (_, index) => `name${index}`);

  const outcomes = await Promise.all(names.map((name) => provide(fleet, id, name)));

  const winners = names.filter((_, index) => outcomes[index]?.kind === 'resumed');
  t.equal(winners.length, 1);
  t.match(await fleet.reach(id, 'completed'), { seq: 2, attempts: { length: 2 } });
  t.equal(await readEffects(), `before\nafter ${winners[0]}\n`);
  t.equal(
    (await provide(fleet, id, winners[0] ?? '')).kind,
    'repeated',
    'a request may be repeated after a lost reply',
  );
  t.equal((await provide(fleet, id, 'other')).kind, 'ended');
});

t.test('a cancel while it waits ends it, and a later answer changes nothing', async (t) => {
  const fleet = await openFleet(t);
  await fleet.startWorker(FAST);
  const { id, readEffects } = await askForName(t, fleet);

  const cancel = { id, by: 'tester', retentionSeconds: 60 };
  t.equal((await cancelExecution(fleet.space.models.ExecutionModel, cancel)).kind, 'cancelled');

  t.equal((await provide(fleet, id, 'Ada')).kind, 'ended');
  t.match(await fleet.read(id), { status: 'cancelled', seq: 1, expiresAt: Date });
  t.equal(await readEffects(), 'before\n');
});

t.test('a deadline that passes while it waits ends it as expired', async (t) => {
  const fleet = await openFleet(t);
  await fleet.startWorker(FAST);

  const { id } = await askForName(t, fleet, { deadlineAt: new Date(Date.now() + 8_000) });

  t.match(await fleet.reach(id, 'failed', 30_000), { failure: { kind: 'expired' } });
  t.equal((await provide(fleet, id, 'Ada')).kind, 'ended');
});

/** Claims an execution without a worker. */
async function openClaim(t: Test, leaseMs: number) {
  const fleet = await openFleet(t);
  const model = fleet.space.models.ExecutionModel;
  const id = await fleet.accept();
  const request = { id, seq: 1, worker: 'w', leaseMs, canJudgeLeases: true, canTakeSuspect: true };
  await claimExecution(model, { ...request, token: 'a' });
  const inputs = [{ key: 'k', method: 'roots/list' as const, params: '{"$x":"$status"}' }];
  const end = { kind: 'input_required' as const, inputs };
  const of = { plugin: 'asking', action: 'ask' };
  return { fleet, model, id, request, ask: { id, epoch: 1, of, end, retentionSeconds: 60 } };
}

t.test('a question of a superseded attempt changes nothing', async (t) => {
  const { fleet, model, id, request, ask } = await openClaim(t, 1);
  await waitFor('the lapsed lease', () => claimExecution(model, { ...request, token: 'b', leaseMs: 60_000 }));

  t.same(await finishExecution(model, ask), { kind: 'superseded' });

  t.match(await fleet.read(id), { status: 'running', epoch: 2, inputs: undefined });
});

t.test('a worker that was stopped for three leases finds its question refused', async (t) => {
  const { startWorker, submit, reach, read } = await openFleet(t);
  const zombie = await startWorker({ ...FAST, LEASE_MS: '1000', BEAT_MS: '200' });
  const id = await submit({ plugin: 'asking', action: 'late', payload: '{"ms":3000}' });
  await reach(id, 'running');

  zombie.child.kill('SIGSTOP');
  const other = await startWorker({ ...FAST, LEASE_MS: '1000', BEAT_MS: '200' });
  const execution = await reach(id, 'input_required', 30_000);
  zombie.child.kill('SIGCONT');
  const metrics = () =>
    fetch(`http://127.0.0.1:${String(zombie.started['port'])}/metrics`).then((reply) => reply.text());
  await waitFor('the refusal', async () => /^mcp_superseded_total 1$/m.test(await metrics()));

  t.match(execution, {
    inputs: { length: 1 },
    attempts: [{ outcome: 'crashed' }, { outcome: 'input_required' }],
  });
  t.equal(execution.attempts.at(-1)?.worker, other.started['worker']);
  const after = await read(id);
  t.same(
    [after.inputs, after.attempts, after.status],
    [execution.inputs, execution.attempts, 'input_required'],
  );
});

t.test('a question after a cancel request ends as cancelled', async (t) => {
  const { fleet, model, id, ask } = await openClaim(t, 60_000);
  await cancelExecution(model, { id, by: 'tester', retentionSeconds: 60 });

  t.match(await finishExecution(model, ask), { kind: 'finished', execution: { status: 'cancelled' } });

  t.match(await fleet.read(id), { attempts: [{ outcome: 'cancelled' }], expiresAt: Date, endedAt: Date });
});

t.test('a question whose reply was lost is found by the next try, and asked once', async (t) => {
  const { fleet, model, id, ask } = await openClaim(t, 60_000);
  await finishExecution(model, ask);

  t.match(await finishExecution(model, ask), { kind: 'finished', execution: { status: 'input_required' } });

  t.match(await fleet.read(id), { inputs: { length: 1 }, endedAt: undefined, expiresAt: undefined });
  t.equal((await fleet.read(id)).inputs?.[0]?.params, '{"$x":"$status"}');
});

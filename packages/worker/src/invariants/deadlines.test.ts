import { type ExecutionRecord, fingerprintOf, finishExecution } from '@mcp-server/shared';
import { buildExecution, type Fleet, openFleet } from '@mcp-server/testing';
import t from 'tap';

const FAST = { LEASE_MS: '900', BEAT_MS: '200', STALLED_CHECK_MS: '250', SWEEP_MS: '200' };
const inMs = (ms: number) => new Date(Date.now() + ms);

const policyWith = (changes: Partial<ExecutionRecord['policy']>) => ({
  ...buildExecution().policy,
  ...changes,
});

/** Lets the deadline of a running execution pass. */
async function passDeadline({ space, reach }: Fleet, id: string): Promise<void> {
  await reach(id, 'running');
  await space.models.ExecutionModel.updateOne({ _id: id }, { $set: { deadlineAt: new Date() } });
}

t.test('a run goes on past its deadline', async (t) => {
  const fleet = await openFleet(t);
  await fleet.startWorker(FAST);
  const id = await fleet.submit({ action: 'sleep', payload: '{"ms":2000}', deadlineAt: inMs(60_000) });

  await passDeadline(fleet, id);

  const { endedAt, deadlineAt } = await fleet.reach(id, 'completed');
  t.ok(endedAt! > deadlineAt!);
});

t.test('an attempt that fails after its deadline is the last, and its failure stays', async (t) => {
  const fleet = await openFleet(t);
  await fleet.startWorker(FAST);
  const policy = policyWith({ timeoutMs: 2_000 });
  const id = await fleet.submit({ action: 'sleep', payload: '{"ms":60000}', policy });

  await passDeadline(fleet, id);

  const { failure, attempts, attemptsUsed, fingerprint, ...ended } = await fleet.reach(id, 'failed');
  t.match(failure, { kind: 'timeout', message: /^Stopped after 2000 ms\. .*deadline/ });
  t.equal(attemptsUsed, 1);
  t.match(attempts, [{ outcome: 'failed', error: { kind: 'timeout', message: 'Stopped after 2000 ms.' } }]);
  t.equal(fingerprint, fingerprintOf(ended, attempts[0]!.error!), 'it is grouped with those that had time');
});

t.test('a retry that its deadline does not allow is not waited for', async (t) => {
  const { startWorker, submit, reach } = await openFleet(t);
  await startWorker(FAST);

  const id = await submit({
    plugin: 'fixture',
    action: 'postpone',
    payload: '{"ms":3600000}',
    deadlineAt: inMs(60_000),
  });

  t.match(await reach(id, 'failed'), {
    failure: { kind: 'error', message: /^later .*deadline/ },
    nextAttemptAt: undefined,
  });
});

t.test('a cancel wins over a failure after the deadline', async (t) => {
  const { accept, space, read } = await openFleet(t);
  const { ExecutionModel } = space.models;
  const cancel = { at: new Date(), by: 'somebody' };
  const id = await accept({ status: 'running', epoch: 1, cancel, deadlineAt: inMs(-1) });

  const failure = { kind: 'error', message: 'late' } as const;
  await finishExecution(ExecutionModel, {
    id,
    epoch: 1,
    of: await read(id),
    end: { kind: 'retry', failure, delayMs: 10 },
    retentionSeconds: 1_000,
  });

  t.match(await read(id), { status: 'cancelled', failure: undefined, fingerprint: undefined });
});

for (const [onCrash, kind] of [
  ['rerun', 'crashed'],
  ['fail', 'outcome_unknown'],
] as const) {
  t.test(`a run that dies after its deadline ends as ${kind} with onCrash ${onCrash}`, async (t) => {
    const { startWorker, accept, reach } = await openFleet(t);
    const id = await accept({
      status: 'running',
      epoch: 1,
      policy: policyWith({ onCrash }),
      lease: { until: inMs(-60_000), worker: 'dead', token: 'dead' },
      attempts: [{ epoch: 1, worker: 'dead', startedAt: inMs(-90_000) }],
      deadlineAt: inMs(-1_000),
    });

    await startWorker(FAST);

    t.match(await reach(id, 'failed', 20_000), {
      failure: { kind, message: kind === 'crashed' ? /deadline/ : /must not be repeated/ },
      crashes: 1,
      attempts: [{ epoch: 1, outcome: 'crashed' }],
    });
  });
}

t.test(
  'an execution whose action no worker has leaves no attempts, and ends at its deadline as plugin_missing',
  async (t) => {
    const { startWorker, submit, reach } = await openFleet(t);
    await startWorker(FAST);

    const id = await submit({ plugin: 'absent', deadlineAt: inMs(2_000) });

    const ended = await reach(id, 'failed', 20_000);
    t.match(ended, { failure: { kind: 'plugin_missing' }, attemptsUsed: 0, handBacks: 0 });
    t.equal(ended.attempts.length, 0);
  },
);

t.test('work that waits past its deadline ends as expired', async (t) => {
  const { startWorker, accept, reach } = await openFleet(t);
  const id = await accept({ deadlineAt: inMs(-1) });

  await startWorker(FAST);

  t.match(await reach(id, 'failed', 15_000), { failure: { kind: 'expired' }, attempts: { length: 0 } });
});

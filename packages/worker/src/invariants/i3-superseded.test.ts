import { claimExecution, finishExecution } from '@mcp-server/shared';
import { openFleet, waitFor } from '@mcp-server/testing';
import t from 'tap';

t.test('I3: the end of an attempt whose lease another attempt took changes nothing', async (t) => {
  const { space, accept, read } = await openFleet(t);
  const model = space.models.ExecutionModel;
  const id = await accept();
  const request = { id, seq: 1, worker: 'w', canJudgeLeases: true, canTakeSuspect: true };
  const first = await claimExecution(model, { ...request, token: 'a', leaseMs: 1 });
  const second = await waitFor('the lapsed lease', () =>
    claimExecution(model, { ...request, token: 'b', leaseMs: 60_000 }),
  );

  const late = await finishExecution(model, {
    id,
    epoch: first?.epoch ?? 0,
    of: { plugin: 'sample', action: 'echo' },
    end: { kind: 'completed', result: '"late"' },
    retentionSeconds: 60,
  });

  t.same(late, { kind: 'superseded' });
  t.match(await read(id), {
    status: 'running',
    epoch: second.epoch,
    crashes: 1,
    attempts: [{ epoch: 1, outcome: 'crashed' }, { epoch: 2 }],
  });
});

t.test('I3: a worker stopped for three leases finds its end refused', async (t) => {
  const { startWorker, submit, read, reach } = await openFleet(t);
  const leases = { LEASE_MS: '1000', BEAT_MS: '200', STALLED_CHECK_MS: '300' };
  const zombie = await startWorker(leases);
  const id = await submit({ action: 'sleep', payload: '{"ms":1500}' });
  await reach(id, 'running');

  // Before the other worker starts, which takes longer than the sleep on a busy machine.
  zombie.child.kill('SIGSTOP');
  const other = await startWorker(leases);
  const ended = await reach(id, 'completed', 30_000);
  zombie.child.kill('SIGCONT');
  const metrics = () =>
    fetch(`http://127.0.0.1:${String(zombie.started['port'])}/metrics`).then((answer) => answer.text());
  await waitFor('the refusal', async () => /^mcp_superseded_total 1$/m.test(await metrics()));

  const settled = await read(id);
  t.equal(settled.attempts.at(-1)?.worker, other.started['worker']);
  t.same(settled.attempts, ended.attempts);
  t.equal(settled.crashes, 1);
});

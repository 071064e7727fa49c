import { cancelExecution } from '@mcp-server/shared';
import { openFleet, waitFor } from '@mcp-server/testing';
import t from 'tap';

const cancelBy = { by: 'tester', retentionSeconds: 60 };

t.test('I5: an execution cancelled while queued never starts', async (t) => {
  const { startWorker, submit, read, reach, space } = await openFleet(t);
  const id = await submit();

  const outcome = await cancelExecution(space.models.ExecutionModel, { id, ...cancelBy });
  await startWorker();
  const later = await submit();
  await reach(later, 'completed');

  t.equal(outcome.kind, 'cancelled');
  await waitFor('settled', async () => (await read(id)).settledAt);
  t.match(await read(id), { status: 'cancelled', epoch: 0, attempts: { length: 0 } });
});

t.test('I5: a running execution stops within 2 s of the flag, without a message over Redis', async (t) => {
  const { startWorker, submit, reach, space } = await openFleet(t);
  await startWorker();
  const id = await submit({ action: 'sleep', payload: '{"ms":60000}' });
  await reach(id, 'running');

  const outcome = await cancelExecution(space.models.ExecutionModel, { id, ...cancelBy });

  t.equal(outcome.kind, 'requested');
  const ended = await reach(id, 'cancelled', 5_000);
  const latencyMs = (ended.endedAt?.getTime() ?? 0) - (ended.cancel?.at.getTime() ?? 0);
  t.ok(latencyMs < 2_000, `stopped after ${latencyMs} ms`);
  t.match(ended.attempts, [{ outcome: 'cancelled' }]);
});

t.test('I5: a cancel is not outrun by a retry', async (t) => {
  const { startWorker, submit, reach, read, space } = await openFleet(t);
  await startWorker();
  const id = await submit({
    action: 'fail',
    payload: '{}',
    policy: {
      retry: { attempts: 100, backoff: 'fixed', delayMs: 60_000, maxDelayMs: 60_000 },
      timeoutMs: 60_000,
      onCrash: 'rerun',
      maxCrashes: 3,
    },
  });
  await reach(id, 'retrying');

  await cancelExecution(space.models.ExecutionModel, { id, ...cancelBy });

  t.match(await read(id), { status: 'cancelled', nextAttemptAt: undefined });
});

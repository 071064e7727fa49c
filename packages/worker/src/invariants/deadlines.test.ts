import { openFleet, waitFor } from '@mcp-server/testing';
import t from 'tap';

const FAST = { LEASE_MS: '900', BEAT_MS: '200', STALLED_CHECK_MS: '250', SWEEP_MS: '200' };
const inMs = (ms: number) => new Date(Date.now() + ms);

t.test('a run whose process died and whose deadline passed ends as expired', async (t) => {
  const { startWorker, submit, reach } = await openFleet(t);
  const first = await startWorker(FAST);
  const id = await submit({ action: 'sleep', payload: '{"ms":60000}', deadlineAt: inMs(3_000) });
  await reach(id, 'running');

  await first.end('SIGKILL');
  await waitFor('the deadline', async () => (await reach(id, 'running')).deadlineAt! < new Date());
  await startWorker(FAST);

  t.match(await reach(id, 'failed', 20_000), {
    failure: { kind: 'expired' },
    attempts: [{ epoch: 1, outcome: 'crashed' }],
  });
});

t.test('a running action is stopped at its deadline', async (t) => {
  const { startWorker, submit, reach } = await openFleet(t);
  await startWorker();

  const id = await submit({ action: 'sleep', payload: '{"ms":60000}', deadlineAt: inMs(1_500) });

  t.match(await reach(id, 'failed'), { failure: { kind: 'expired' }, attempts: [{ outcome: 'failed' }] });
});

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

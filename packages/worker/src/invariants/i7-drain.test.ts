import { openFleet } from '@mcp-server/testing';
import t from 'tap';

t.test(
  'I7: SIGTERM under load: exit 0 within the grace, unfinished work handed back with no attempt spent',
  async (t) => {
    const { startWorker, submit, reach, read } = await openFleet(t);
    const graceMs = 3_000;
    const first = await startWorker({ WORKER_GRACE_MS: String(graceMs) });
    const ids = await Promise.all(
      Array.from({ length: 10 }, () => submit({ action: 'sleep', payload: '{"ms":20000}' })),
    );
    await Promise.all(ids.map((id) => reach(id, 'running')));

    const startedAt = performance.now();
    const end = await first.end('SIGTERM');
    const tookMs = performance.now() - startedAt;

    t.same(end, { code: 0, signal: null });
    t.ok(tookMs < graceMs + 1_000, `took ${Math.round(tookMs)} ms`);
    for (const id of ids) {
      t.match(await read(id), {
        status: 'queued',
        attemptsUsed: 0,
        crashes: 0,
        handBacks: 1,
        attempts: [{ outcome: 'handed_back' }],
      });
    }
    await startWorker();
    await Promise.all(ids.map((id) => reach(id, 'running', 10_000)));
  },
);

t.test('I7: work that ends within the grace is not disturbed', async (t) => {
  const { startWorker, submit, reach, read } = await openFleet(t);
  const worker = await startWorker();
  const id = await submit({ action: 'sleep', payload: '{"ms":1000}' });
  await reach(id, 'running');

  t.same(await worker.end('SIGTERM'), { code: 0, signal: null });

  t.match(await read(id), { status: 'completed', handBacks: 0 });
});

import { openFleet, waitFor } from '@mcp-server/testing';
import t from 'tap';

const FAST = { LEASE_MS: '1500', BEAT_MS: '300', STALLED_CHECK_MS: '300', SWEEP_MS: '200' };

t.test(
  'I1: when a worker is killed during a run, another completes it and the dead attempt is recorded',
  async (t) => {
    const { startWorker, submit, reach } = await openFleet(t);
    const [one, two] = await Promise.all([startWorker(), startWorker()]);
    const id = await submit({ action: 'sleep', payload: '{"ms":3000}' });
    const running = await reach(id, 'running');
    const [holder, other] = running.lease?.worker === one.started['worker'] ? [one, two] : [two, one];

    await holder.end('SIGKILL');

    const ended = await reach(id, 'completed', 30_000);
    t.match(ended.attempts, [
      { epoch: 1, worker: String(holder.started['worker']), outcome: 'crashed' },
      { epoch: 2, worker: String(other.started['worker']), outcome: 'completed' },
    ]);
    t.match(ended, { crashes: 1, attemptsUsed: 1 });
  },
);

t.test('I1: an execution whose API died before it was enqueued is found and runs', async (t) => {
  const { startWorker, accept, reach } = await openFleet(t);
  await startWorker(FAST);

  const id = await accept();

  await reach(id, 'completed', 15_000);
});

t.test('I1: a task whose API died before it pointed to its execution is repaired', async (t) => {
  const { startWorker, accept, space } = await openFleet(t);
  await startWorker(FAST);
  const task = await space.models.TaskModel.create({
    ownerId: '0123456789abcdef01234567',
    title: 'T',
    priority: 'normal',
    tags: [],
    plugin: 'sample',
    action: 'echo',
    payload: '{}',
    status: 'pending',
  });

  const id = await accept({ taskId: task._id.toString() });

  const mended = await waitFor('the mirror', async () => {
    const record = await space.models.TaskModel.findById(task._id).lean();
    return record?.status === 'completed' && record;
  });
  t.equal(mended.lastExecutionId, id);
});

t.test(
  'I8: after FLUSHALL of its keys all unfinished work ends, and running work is not started again',
  async (t) => {
    const { startWorker, submit, reach, space } = await openFleet(t);
    await startWorker({ ...FAST, WORKER_CONCURRENCY: '5' });
    const running = await Promise.all(
      Array.from({ length: 5 }, () => submit({ action: 'sleep', payload: '{"ms":4000}' })),
    );
    await Promise.all(running.map((id) => reach(id, 'running')));
    const waiting = await Promise.all(Array.from({ length: 100 }, () => submit()));

    const keys = await space.redis.keys(`${space.prefix}:*`);
    await space.redis.del(keys);

    for (const id of waiting) await reach(id, 'completed', 30_000);
    for (const id of running) t.match(await reach(id, 'completed'), { epoch: 1, crashes: 0 });
  },
);

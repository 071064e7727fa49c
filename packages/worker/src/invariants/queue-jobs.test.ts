import { buildQueue, jobId } from '@mcp-server/shared';
import { type Fleet, openFleet, waitFor } from '@mcp-server/testing';
import t from 'tap';

const FAST = { LEASE_MS: '900', BEAT_MS: '200', STALLED_CHECK_MS: '250', SWEEP_MS: '200' };
const SECRET = 'canary-51c0de';
const policyOnce = {
  retry: { attempts: 1, backoff: 'fixed', delayMs: 50, maxDelayMs: 50 },
  timeoutMs: 60_000,
  onCrash: 'rerun',
  maxCrashes: 3,
} as const;
const leak = (changes = {}) => ({
  plugin: 'fixture',
  action: 'leak',
  payload: JSON.stringify({ secret: SECRET }),
  policy: policyOnce,
  ...changes,
});

function openQueue(t: Parameters<typeof openFleet>[0], { space }: Fleet) {
  const queue = buildQueue('default', space.redis, space.prefix);
  t.teardown(() => queue.close());
  /** Waits until the first job of an execution is in this state. */
  const reachState = (id: string, state: string) =>
    waitFor(`job of ${id} to be ${state}`, async () => {
      const isThere = (await queue.getJobState(jobId(id, 1))) === state;
      return isThere && (await queue.getJob(jobId(id, 1)));
    });
  return { queue, reachState };
}

t.test('a job is named after its action, and it fails with its execution, by the kind alone', async (t) => {
  const fleet = await openFleet(t);
  const { reachState } = openQueue(t, fleet);
  await fleet.startWorker();

  const [bad, good] = [await fleet.submit(leak()), await fleet.submit()];

  t.equal((await reachState(good, 'completed')).name, 'sample.echo');
  const job = (await reachState(bad, 'failed')).asJSON();
  t.match(job, { name: 'fixture.leak', failedReason: '"error"', stacktrace: '[]', returnvalue: 'null' });
  t.notMatch(JSON.stringify(job), SECRET);
});

t.test('a job fails after its execution is settled: its task shows the end by then', async (t) => {
  const fleet = await openFleet(t);
  const { reachState } = openQueue(t, fleet);
  const { TaskModel } = fleet.space.models;
  const task = await TaskModel.create({
    ownerId: '0123456789abcdef01234567',
    title: 'fails',
    plugin: 'fixture',
    action: 'leak',
    payload: '{}',
    priority: 'normal',
    status: 'pending',
  });
  await fleet.startWorker();

  const id = await fleet.submit(leak({ taskId: String(task._id) }));

  await reachState(id, 'failed');
  t.match(await TaskModel.findById(task._id).lean(), { status: 'failed', lastExecutionId: id });
});

t.test('the job of cancelled work completes', async (t) => {
  const fleet = await openFleet(t);
  const { reachState } = openQueue(t, fleet);
  const id = await fleet.submit({ cancel: { at: new Date(), by: 'somebody' } });

  await fleet.startWorker();

  t.equal((await reachState(id, 'completed')).returnvalue, 'cancelled');
});

t.test('a job of an ended execution that is retried by hand runs nothing and ends as it did', async (t) => {
  const fleet = await openFleet(t);
  const { reachState } = openQueue(t, fleet);
  const worker = await fleet.startWorker();
  const [bad, good] = [await fleet.submit(leak()), await fleet.submit()];
  const [failed, completed] = [await reachState(bad, 'failed'), await reachState(good, 'completed')];

  await failed.retry('failed');
  await completed.retry('completed');

  await waitFor('both say so', () => {
    const said = worker.lines.filter((line) => line.includes('its execution has ended, so nothing was run'));
    return [bad, good].every((id) => said.some((line) => line.includes(id)));
  });
  t.equal((await reachState(bad, 'failed')).failedReason, 'error');
  t.equal((await reachState(good, 'completed')).returnvalue, 'completed');
  for (const id of [bad, good]) t.equal((await fleet.read(id)).attempts.length, 1);
});

t.test('a job of an earlier version runs', async (t) => {
  const fleet = await openFleet(t);
  const { queue, reachState } = openQueue(t, fleet);
  const id = await fleet.accept();
  await queue.add('execute', { executionId: id }, { jobId: jobId(id, 1), priority: 3 });

  await fleet.startWorker();

  await reachState(id, 'completed');
  t.equal((await fleet.read(id)).status, 'completed');
});

t.test('a failed job of work that has not ended is delivered again', async (t) => {
  const fleet = await openFleet(t);
  const { queue, reachState } = openQueue(t, fleet);
  const id = await fleet.accept();
  await queue.add('execute', {} as never, { jobId: jobId(id, 1), priority: 3 });

  await fleet.startWorker(FAST);

  t.match(await fleet.reach(id, 'completed'), { seq: 2, attempts: { length: 1 } });
  t.equal((await reachState(id, 'failed')).failedReason, 'not_an_execution_job');
});

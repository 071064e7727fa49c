import { buildQueue, insertPause, jobId, type PauseRecord, deletePause } from '@mcp-server/shared';
import {
  type Fleet,
  createScheduledTask,
  openFleet,
  type ProductProcess,
  startOwnRedis,
  waitFor,
} from '@mcp-server/testing';
import tap from 'tap';

const ADMIN = '0123456789abcdef01234567';
/** About 2 s on an idle machine; without the wake-up a held job returns only after ten minutes. */
const WOKEN_WITHIN_MS = 10_000;

type Target = Pick<PauseRecord, 'kind' | 'name'>;
const PLUGIN: Target = { kind: 'plugin', name: 'fixture' };
const POOL: Target = { kind: 'pool', name: 'default' };

const pause = ({ space }: Fleet, target: Target) =>
  insertPause(space.models.PauseModel, { ...target, by: ADMIN });
const resume = ({ space }: Fleet, target: Target) => deletePause(space.models.PauseModel, target);
const isReady = async ({ started }: ProductProcess) =>
  (await fetch(`http://127.0.0.1:${String(started['port'])}/health/ready`)).ok;

/** Lists the distinct combinations of status and epoch. */
async function statesOf({ read }: Fleet, ids: string[]): Promise<string[]> {
  const executions = await Promise.all(ids.map(read));
  return [...new Set(executions.map(({ status, epoch }) => `${status} ${epoch}`))];
}

function openQueue(t: Pick<typeof tap, 'teardown'>, { space }: Fleet) {
  const queue = buildQueue('default', space.redis, space.prefix);
  t.teardown(() => queue.close());
  return queue;
}

tap.test(
  'a paused plugin starts nothing while its pool goes on, and its work is woken soon after',
  async (t) => {
    const fleet = await openFleet(t);
    const { startWorker, submit, reach, read } = fleet;
    const queue = openQueue(t, fleet);
    await pause(fleet, PLUGIN);
    const worker = await startWorker();
    const paused = { plugin: 'fixture', action: 'deaf', payload: '{"ms":0}' };
    const ids = await Promise.all(Array.from({ length: 20 }, () => submit(paused)));
    const others = await Promise.all(Array.from({ length: 20 }, () => submit()));

    await Promise.all(others.map((id) => reach(id, 'completed')));
    await waitFor('all of the plugin to be held', async () =>
      (await Promise.all(ids.map(read))).every(({ heldAt }) => heldAt),
    );
    await waitFor('their jobs to be deferred', async () => (await queue.getDelayedCount()) === ids.length);

    const jobs = await Promise.all(ids.map((id) => queue.getJob(jobId(id, 1))));
    t.same(
      [...new Set(jobs.map((job) => job?.attemptsStarted))],
      [1],
      'each was delivered once, not in a loop',
    );
    t.same(await statesOf(fleet, ids), ['queued 0']);
    t.ok(await isReady(worker), 'held work does not make a worker unready');

    // A process that has just started may not judge leases yet, so it does not sweep.
    await waitFor('a sweeper', () => fleet.space.models.RoleLeaseModel.exists({ _id: 'sweep-queue' }));
    await resume(fleet, PLUGIN);
    const resumedAt = performance.now();
    await Promise.all(ids.map((id) => reach(id, 'completed')));
    const tookMs = Math.round(performance.now() - resumedAt);

    t.ok(tookMs < WOKEN_WITHIN_MS, `all ${ids.length} ended ${tookMs} ms after the pause`);
    t.same(await statesOf(fleet, ids), ['completed 1']);
    t.notOk((await Promise.all(ids.map(read))).some(({ heldAt }) => heldAt));
  },
);

tap.test('a pause of a plugin holds for workers that start later, and holds retries too', async (t) => {
  const fleet = await openFleet(t);
  const { startWorker, submit, reach, read } = fleet;
  const first = await startWorker();
  const id = await submit({ plugin: 'fixture', action: 'postpone', payload: '{"ms":3000}' });
  await reach(id, 'retrying');

  await pause(fleet, PLUGIN);
  await first.end('SIGKILL');
  await startWorker();
  await waitFor('the retry to be held', async () => (await read(id)).heldAt);

  t.match(await read(id), { status: 'retrying', epoch: 1, attemptsUsed: 1 });
  await resume(fleet, PLUGIN);
  t.match(await reach(id, 'completed'), { epoch: 2, attemptsUsed: 2 });
});

tap.test('a schedule of a paused plugin fires on; its executions wait', async (t) => {
  const fleet = await openFleet(t);
  const { space, startWorker } = fleet;
  await startWorker({ SWEEP_MS: '200' });
  await waitFor('the catalogue', () => space.models.PluginModel.exists({ id: 'sample' }));
  const target = { kind: 'plugin', name: 'sample' } as const;
  await pause(fleet, target);
  const task = await createScheduledTask(space, { every: 1_000 });
  const count = (more: object) => space.models.ExecutionModel.countDocuments({ taskId: task.id, ...more });

  await waitFor('two of them', async () => (await count({ heldAt: { $exists: true } })) >= 2, 60_000);

  t.equal(await count({ epoch: { $gt: 0 } }), 0);
  await resume(fleet, target);
  await waitFor('them to run', async () => (await count({ status: 'completed' })) >= 2, 60_000);
});

tap.test(
  'a paused pool starts nothing, even after restarts and a wiped Redis; running work goes on',
  { timeout: 120_000 },
  async (t) => {
    const ownRedis = await startOwnRedis(t);
    const fleet = await openFleet(t, ownRedis.url);
    const { space, startWorker, submit, reach } = fleet;
    const queue = openQueue(t, fleet);
    const canary = { CANARY_MS: '1000' };
    const first = await startWorker(canary);
    const running = await submit({ action: 'sleep', payload: '{"ms":4000}' });
    await reach(running, 'running');

    // Only the document, as if the API died before it paused the queue.
    await pause(fleet, POOL);
    await waitFor('the sweep to pause the queue', () => queue.isPaused());
    const waiting = await Promise.all(Array.from({ length: 20 }, () => submit()));
    t.match(await reach(running, 'completed'), { epoch: 1 });

    await space.redis.flushall();
    const isBack = async () => (await queue.isPaused()) && (await queue.getPrioritizedCount()) === 20;
    await waitFor('the pause and the jobs to be back', isBack);
    t.ok(await isReady(first), 'a paused queue does not make a worker unready');
    t.match(await first.end('SIGTERM'), { code: 0 }, 'it drains while its queue is paused');
    await queue.resume();
    const second = await startWorker(canary);
    await waitFor('the pause to be repaired', () => queue.isPaused());

    t.same(await statesOf(fleet, waiting), ['queued 0']);
    await resume(fleet, POOL);
    await Promise.all(waiting.map((id) => reach(id, 'completed')));
    t.equal(second.child.exitCode, null, 'the canary reported nothing');
  },
);

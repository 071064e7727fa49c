import {
  buildTickQueue,
  type ExecutionRecord,
  nextFires,
  deleteTicker,
  setTicker,
  type TaskRecord,
} from '@mcp-server/shared';
import { createScheduledTask, type Namespace, openFleet, waitFor } from '@mcp-server/testing';
import t from 'tap';

const FAST = { LEASE_MS: '1500', BEAT_MS: '300', STALLED_CHECK_MS: '300', SWEEP_MS: '200' };
const SHOWN_MS = 20_000;

const readTask = async ({ models }: Namespace, id: string) => {
  const task = await models.TaskModel.findById(id).lean<TaskRecord>();
  if (!task) throw new Error(`no task ${id}`);
  return task;
};

/** Waits until every fire time before `until` was handled. */
const handledUntil = (space: Namespace, id: string, until: number) =>
  waitFor(
    'the schedule to advance',
    async () => ((await readTask(space, id)).nextRunAt?.getTime() ?? 0) >= until,
    SHOWN_MS * 2,
  );

const executionsOf = ({ models }: Namespace, taskId: string) =>
  models.ExecutionModel.find({ taskId }).sort({ fireTime: 1 }).lean<ExecutionRecord[]>();

t.test('a pattern fires for 20 s through the death of a worker: one execution per fire time', async (t) => {
  const { space, startWorker } = await openFleet(t);
  const workers = await Promise.all([startWorker(), startWorker()]);
  await waitFor('the catalogue', () => space.models.PluginModel.exists({ id: 'sample' }));
  const cron = '*/2 * * * * *';
  const { id, nextRunAt } = await createScheduledTask(space, { cron, timeZone: 'UTC' });
  const start = nextRunAt?.getTime() ?? 0;
  const expected = nextFires({ cron }, new Date(start - 1), SHOWN_MS / 2_000);

  await handledUntil(space, id, start + 8_000);
  // The worst worker to lose: besides its share of the ticks it holds the role that fires due schedules without a tick.
  const sweeper = await space.models.RoleLeaseModel.findById('sweep-database').lean();
  const victim = workers.find(({ started }) => started['worker'] === sweeper?.holder);
  t.same(await victim?.end('SIGKILL'), { code: null, signal: 'SIGKILL' });
  await handledUntil(space, id, start + SHOWN_MS);

  const fired = (await executionsOf(space, id)).filter(
    ({ fireTime }) => (fireTime?.getTime() ?? 0) < start + SHOWN_MS,
  );
  t.same(
    fired.map(({ fireTime }) => fireTime),
    expected,
  );
  t.ok(fired.every(({ source }) => source === 'schedule'));
  await waitFor('all to complete', async () =>
    (await executionsOf(space, id)).slice(0, expected.length).every(({ status }) => status === 'completed'),
  );
});

t.test('a wiped Redis gets its tickers back, and no fire time is lost or doubled', async (t) => {
  const { space, startWorker } = await openFleet(t);
  await startWorker(FAST);
  const queue = buildTickQueue(space.redis, space.prefix);
  t.teardown(() => queue.close());
  const anchor = new Date();
  const { id } = await createScheduledTask(space, { every: 1_000, anchor });
  await waitFor('the ticker', () => queue.getJobScheduler(id));
  await handledUntil(space, id, anchor.getTime() + 3_000);

  await space.redis.del(await space.redis.keys(`${space.prefix}:*`));

  await waitFor('the ticker again', () => queue.getJobScheduler(id));
  await handledUntil(space, id, anchor.getTime() + 8_000);
  const fireTimes = (await executionsOf(space, id)).map(({ fireTime }) => fireTime?.getTime() ?? 0);
  t.same(
    fireTimes.slice(0, 7),
    [1, 2, 3, 4, 5, 6, 7].map((seconds) => anchor.getTime() + seconds * 1_000),
  );
});

t.test('a ticker without a schedule, or with an old revision, is repaired', async (t) => {
  const { space, startWorker } = await openFleet(t);
  const queue = buildTickQueue(space.redis, space.prefix);
  t.teardown(() => queue.close());
  const stray = '0123456789abcdef01234567';
  const { id, schedule } = await createScheduledTask(space, { every: 3_600_000, anchor: new Date() });
  await setTicker(queue, { id: stray, rule: { every: 3_600_000 }, revision: 1 });
  await setTicker(queue, { id, rule: schedule ?? {}, revision: 1 });
  await space.models.TaskModel.updateOne({ _id: id }, { $set: { scheduleRevision: 2 } });

  await startWorker(FAST);

  await waitFor('the stray ticker to go', async () => !(await queue.getJobScheduler(stray)));
  await waitFor(
    'the new revision',
    async () => (await queue.getJobScheduler(id))?.template?.data?.revision === 2,
  );
  await deleteTicker(queue, id);
  await waitFor('a missing ticker to be set', () => queue.getJobScheduler(id));
});

t.test('a fixed time fires once, and the schedule ends', async (t) => {
  const { space, startWorker } = await openFleet(t);
  await startWorker(FAST);
  await waitFor('the catalogue', () => space.models.PluginModel.exists({ id: 'sample' }));
  const runAt = new Date(Date.now() + 1_500);
  const { id, status } = await createScheduledTask(space, { runAt });
  t.equal(status, 'scheduled');

  await waitFor('the end', async () => (await readTask(space, id)).status === 'completed');

  t.match(await executionsOf(space, id), [{ fireTime: runAt, source: 'schedule' }]);
  t.equal((await readTask(space, id)).nextRunAt, undefined);
});

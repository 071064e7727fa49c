import { KnownSecrets } from '@mcp-server/plugin-sdk/masking';
import {
  buildEventWriter,
  buildExecutionWrites,
  buildLogger,
  buildQueue,
  buildTickQueue,
  loadConfig,
  replaceSchedule,
  setTicker,
} from '@mcp-server/shared';
import { buildExecution, createScheduledTask, openNamespace, waitFor } from '@mcp-server/testing';
import t from 'tap';

import { ReadSecrets } from '../attempt/read-secrets.ts';
import { buildFleetView } from '../catalogue/fleet-view.ts';
import { loadPlugins } from '../catalogue/load-plugins.ts';
import { CataloguePublisher } from '../catalogue/publish.ts';
import { WorkerEnv } from '../config.ts';
import type { Deps } from '../deps.ts';
import { buildMetrics } from '../metrics.ts';
import { fireSchedule } from './fire.ts';
import { buildSubmission } from './submission.ts';

type Teardown = Parameters<typeof openNamespace>[0];

/** Opens what firing needs, on real services, with the built-in plugins published. */
async function openWorker(t: Teardown, env: Record<string, string> = {}) {
  const space = await openNamespace(t);
  const queue = buildQueue('default', space.redis, space.prefix);
  const tickQueue = buildTickQueue(space.redis, space.prefix);
  const config = loadConfig(WorkerEnv, { ...space.env, ...env });
  const log = buildLogger({ name: 'test', level: 'silent' });
  const events = buildEventWriter(space.redis, space.prefix);
  const parts = {
    config,
    log,
    events,
    models: space.models,
    writes: buildExecutionWrites(space.models.ExecutionModel),
    mongo: space.mongo,
    queueOf: () => queue,
    tickQueue,
  };
  const deps: Deps = {
    ...parts,
    workerName: 'test',
    fleet: buildFleetView(space.models, 'test'),
    producer: space.redis,
    consumer: space.redis,
    metrics: buildMetrics(),
    pluginErrors: new Map(),
    secrets: new KnownSecrets(),
    readSecrets: new ReadSecrets(new KnownSecrets()),
    pluginPackages: new Map(),
    submission: buildSubmission(parts),
  };
  const { plugins } = await loadPlugins({ dir: undefined, packages: [], timeoutMs: 5_000 });
  const publisher = new CataloguePublisher(deps, plugins);
  publisher.start();
  t.teardown(async () => {
    events.close();
    await publisher.close();
    await Promise.all([queue.close(), tickQueue.close()]);
  });
  await waitFor('the catalogue', () => space.models.PluginModel.exists({ id: 'sample' }));
  return { ...space, deps, queue };
}

/** Anchor that puts the fire times of a 1 s interval on whole seconds of the past. */
const ANCHOR = new Date(0);
const SECOND = { every: 1_000, anchor: ANCHOR };
const ago = (ms: number) => new Date(Math.floor((Date.now() - ms) / 1_000) * 1_000);

t.test('twenty concurrent ticks create one execution per fire time', async (t) => {
  const { deps, models, queue } = await openWorker(t);
  const nextRunAt = ago(2_000);
  const { id: taskId } = await createScheduledTask({ models }, SECOND, { nextRunAt });

  await Promise.all(Array.from({ length: 20 }, () => fireSchedule(deps, { taskId, revision: 1 })));

  const fireTimes = (await models.ExecutionModel.find().sort({ fireTime: 1 }).lean()).map(
    (one) => one.fireTime,
  );
  t.ok(fireTimes.length >= 3);
  t.same(
    fireTimes,
    fireTimes.map((_, index) => new Date(nextRunAt.getTime() + index * 1_000)),
  );
  t.equal(await queue.getPrioritizedCount(), fireTimes.length);
});

t.test('an execution that was stored but not enqueued is enqueued by the next tick', async (t) => {
  const { deps, models, queue } = await openWorker(t);
  const nextRunAt = ago(60_000);
  const { id: taskId } = await createScheduledTask({ models }, { runAt: nextRunAt }, { nextRunAt });
  await fireSchedule(deps, { taskId, revision: 1 });
  await queue.obliterate();
  await models.TaskModel.updateOne({ _id: taskId }, { $set: { nextRunAt } });

  await fireSchedule(deps, { taskId, revision: 1 });

  t.equal(await models.ExecutionModel.countDocuments(), 1);
  t.equal(await queue.getPrioritizedCount(), 1);
});

t.test('a tick of an older revision, or of a paused or deleted schedule, does nothing', async (t) => {
  const { deps, models } = await openWorker(t);
  const nextRunAt = ago(1_000);
  const task = await createScheduledTask({ models }, SECOND, { nextRunAt });
  const taskId = task.id;
  const schedule = { ...SECOND, catchUp: 'one', overlap: 'allow', isPaused: false } as const;
  const changed = await replaceSchedule(models.TaskModel, task, { schedule, nextRunAt });

  t.match(changed, { scheduleRevision: 2, status: 'scheduled' });
  t.match(await fireSchedule(deps, { taskId, revision: 1 }), { kind: 'void' });
  t.equal(await replaceSchedule(models.TaskModel, task, { schedule, nextRunAt }), undefined);
  const paused = changed && { schedule: { ...schedule, isPaused: true }, nextRunAt: undefined };
  t.match(changed && paused && (await replaceSchedule(models.TaskModel, changed, paused)), {
    status: 'pending',
  });
  t.match(await fireSchedule(deps, { taskId, revision: 3 }), { kind: 'void' });
  await models.TaskModel.deleteOne({ _id: taskId });
  t.match(await fireSchedule(deps, { taskId, revision: 3 }), { kind: 'void' });
  t.equal(await models.ExecutionModel.countDocuments(), 0);
});

t.test("nothing fires before its time by the database's clock", async (t) => {
  const { deps, models } = await openWorker(t);
  const { id: taskId } = await createScheduledTask({ models }, { every: 3_600_000, anchor: new Date() });

  const outcome = await fireSchedule(deps, { taskId, revision: 1 });

  t.match(outcome, { kind: 'early', waitMs: Number });
  t.equal(await models.ExecutionModel.countDocuments(), 0);
});

t.test('with overlap skip a fire time passes while an earlier execution is unfinished', async (t) => {
  const { deps, models } = await openWorker(t);
  const nextRunAt = ago(3_000);
  const task = await createScheduledTask({ models }, { ...SECOND, overlap: 'skip' }, { nextRunAt });

  await fireSchedule(deps, { taskId: task.id, revision: 1 });

  t.match(await models.ExecutionModel.find().lean(), [{ fireTime: nextRunAt }]);
  const record = await models.TaskModel.findById(task.id).lean();
  t.ok((record?.nextRunAt?.getTime() ?? 0) >= nextRunAt.getTime() + 3_000);
});

t.test(
  'a schedule with overlap allow skips fire times at its own limit, and other work goes on',
  async (t) => {
    const { deps, models } = await openWorker(t, { MAX_UNFINISHED_PER_SCHEDULE: '2' });
    const nextRunAt = ago(5_000);
    const task = await createScheduledTask({ models }, { ...SECOND, overlap: 'allow' }, { nextRunAt });

    await fireSchedule(deps, { taskId: task.id, revision: 1 });

    t.equal(await models.ExecutionModel.countDocuments(), 2);
    const record = await models.TaskModel.findById(task.id).lean();
    t.match(record?.lastRefusal, { code: 'schedule_backlog' });
    t.ok((record?.nextRunAt?.getTime() ?? 0) >= nextRunAt.getTime() + 5_000);
    const other = await createScheduledTask(
      { models },
      { ...SECOND, overlap: 'allow' },
      { nextRunAt: ago(500) },
    );
    await fireSchedule(deps, { taskId: other.id, revision: 1 });
    t.ok((await models.ExecutionModel.countDocuments({ taskId: other.id })) > 0);
  },
);

t.test('a refused fire time is shown on the task, and the schedule advances', async (t) => {
  const { deps, models, tickQueue } = await openWorker(t).then((open) => ({ ...open, ...open.deps }));
  const nextRunAt = ago(1_000);
  const changes = { nextRunAt, action: 'nope' };
  const { id: taskId } = await createScheduledTask({ models }, { runAt: nextRunAt }, changes);
  await setTicker(tickQueue, { id: taskId, rule: { every: 3_600_000 }, revision: 1 });

  await fireSchedule(deps, { taskId, revision: 1 });

  const record = await models.TaskModel.findById(taskId).lean();
  t.match(record?.lastRefusal, { fireTime: nextRunAt, code: 'unknown_action' });
  t.equal(record?.nextRunAt, undefined);
  t.equal(await tickQueue.getJobScheduler(taskId), undefined);
});

t.test('a fire time that meets an overloaded system stays due and fires once there is room', async (t) => {
  const { deps, models } = await openWorker(t, { MAX_UNFINISHED: '1' });
  await models.ExecutionModel.create(buildExecution({}));
  const nextRunAt = ago(2_000);
  const { id: taskId } = await createScheduledTask({ models }, { runAt: nextRunAt }, { nextRunAt });

  await t.rejects(fireSchedule(deps, { taskId, revision: 1 }), { code: 'OVERLOADED' });
  const refused = await models.TaskModel.findById(taskId).lean();
  await models.ExecutionModel.deleteMany({});
  // The count of unfinished work may be a second old.
  await waitFor('room', () => fireSchedule(deps, { taskId, revision: 1 }).catch(() => undefined));

  t.same(refused?.nextRunAt, nextRunAt);
  t.equal(refused?.lastRefusal, undefined);
  t.match(await models.ExecutionModel.find().lean(), [{ fireTime: nextRunAt }]);
});

t.test('the limit of unfinished work applies to schedules too', async (t) => {
  const { deps, models } = await openWorker(t, { MAX_UNFINISHED_PER_USER: '1' });
  const nextRunAt = ago(2_000);
  const { id: taskId } = await createScheduledTask({ models }, SECOND, { nextRunAt });

  await fireSchedule(deps, { taskId, revision: 1 });

  t.equal(await models.ExecutionModel.countDocuments(), 1);
  t.match((await models.TaskModel.findById(taskId).lean())?.lastRefusal, { code: 'too_many_unfinished' });
});

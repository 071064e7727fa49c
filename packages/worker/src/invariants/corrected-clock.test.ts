import { buildQueue, buildTickQueue, type ExecutionRecord, nextFires, setTicker } from '@mcp-server/shared';
import {
  CORRECTS_CLOCK,
  createScheduledTask,
  FaultProxy,
  openFleet,
  parseMetrics,
  type ProductProcess,
  shiftedClock,
  waitFor,
} from '@mcp-server/testing';
import t from 'tap';

const HOUR_MS = 3_600_000;
const COUNT = 81;
/** With a short lease a new worker soon sweeps. */
const FAST = { LEASE_MS: '900', BEAT_MS: '200', STALLED_CHECK_MS: '250', SWEEP_MS: '200' };
const RESCUED_WITHIN_MS = 30_000;

for (const [how, skewMs] of [
  ['ahead', HOUR_MS],
  ['behind', -HOUR_MS],
] as const) {
  t.test(
    `a worker an hour ${how} defers work, then its clock is corrected: nothing waits for it`,
    async (t) => {
      const { space, startWorker, submit, reach, read } = await openFleet(t);
      const queue = buildQueue('default', space.redis, space.prefix);
      t.teardown(() => queue.close());
      const proxied = new URL(space.mongodbUri);
      const proxy = await FaultProxy.open(Number(proxied.port));
      t.teardown(() => proxy.close());
      proxied.port = String(proxy.port);
      const worker = await startWorker({ MONGODB_URI: proxied.href, ...shiftedClock(skewMs) });
      const running = await submit({ action: 'sleep', payload: '{"ms":8000}' });
      await reach(running, 'running');

      proxy.setFault({ kind: 'drop' });
      proxy.resetAll();
      const ids = await Promise.all(Array.from({ length: COUNT }, () => submit()));
      await waitFor('the deferrals', async () => (await queue.getJobCountByTypes('delayed')) >= COUNT / 2);
      worker.child.kill(CORRECTS_CLOCK);
      proxy.setFault({ kind: 'none' });

      const correctedAt = performance.now();
      for (const id of ids) {
        const leftMs = RESCUED_WITHIN_MS - (performance.now() - correctedAt);
        t.match(await reach(id, 'completed', leftMs), { crashes: 0, attempts: { length: 1 } });
      }
      await reach(running, 'completed');
      t.match(await read(running), { crashes: 0, attempts: { length: 1 } }, 'a run does not notice');
    },
  );
}

t.test('schedules fire on time while the clock is an hour ahead, and after its correction', async (t) => {
  const { space, startWorker } = await openFleet(t);
  const worker = await startWorker({ ...FAST, ...shiftedClock(HOUR_MS) });
  await waitFor('the catalogue', () => space.models.PluginModel.exists({ id: 'sample' }));
  const cron = '*/2 * * * * *';
  const { id, nextRunAt } = await createScheduledTask(space, { cron });
  const fired = (count: number) =>
    waitFor(`${count} fire times`, async () => {
      const executions = await space.models.ExecutionModel.find({ taskId: id, status: 'completed' })
        .sort({ fireTime: 1 })
        .lean<ExecutionRecord[]>();
      return executions.length >= count && executions;
    });

  await fired(2);
  worker.child.kill(CORRECTS_CLOCK);
  const executions = await fired(4);

  const expected = nextFires({ cron }, new Date(nextRunAt!.getTime() - 1), executions.length);
  t.same(
    executions.map(({ fireTime }) => fireTime),
    expected,
  );
  const lateMs = executions.map(({ fireTime, attempts }) => +attempts[0]!.startedAt - +fireTime!);
  t.ok(Math.max(...lateMs) < 5_000, `late by at most ${Math.max(...lateMs)} ms`);
});

/** Deliveries to a worker that could not be claimed. */
async function countMisses({ started }: ProductProcess): Promise<number> {
  const page = await fetch(`http://127.0.0.1:${String(started['port'])}/metrics`);
  const family = parseMetrics(await page.text()).find(({ name }) => name === 'mcp_claim_misses_total');
  return (family?.metrics ?? []).reduce((sum, { value }) => sum + Number(value ?? 0), 0);
}

t.test('workers with different clocks defer a retry a few times, not in a loop', async (t) => {
  const { startWorker, submit, reach } = await openFleet(t);
  const workers = await Promise.all(
    [0, HOUR_MS, -HOUR_MS].map((ms) => startWorker({ ...FAST, ...shiftedClock(ms) })),
  );
  const work = { plugin: 'fixture', action: 'postpone', payload: '{"ms":4000}' };

  const ids = await Promise.all(Array.from({ length: 20 }, () => submit(work)));

  for (const id of ids) {
    const { attempts } = await reach(id, 'completed', RESCUED_WITHIN_MS);
    const waitedMs = +attempts[1]!.startedAt - +attempts[0]!.endedAt!;
    t.ok(waitedMs >= 4_000 && waitedMs < 14_000, `waited ${waitedMs} ms`);
  }
  const misses = (await Promise.all(workers.map(countMisses))).reduce((sum, count) => sum + count, 0);
  t.ok(misses / ids.length <= 10, `${misses} deliveries without a claim of ${ids.length} jobs`);
});

t.test('a ticker that a clock an hour ahead has set ticks for the next fire time again', async (t) => {
  const { space, startWorker } = await openFleet(t);
  const queue = buildTickQueue(space.redis, space.prefix);
  t.teardown(() => queue.close());
  const [every, hourAgo] = [2 * HOUR_MS, new Date(Date.now() - HOUR_MS)];
  const task = await createScheduledTask(space, { every, anchor: hourAgo });
  const nextRunAt = task.nextRunAt!.getTime();
  await setTicker(queue, { id: task.id, rule: { every, anchor: new Date() }, revision: 1 });
  t.ok((await queue.getJobScheduler(task.id))!.next! > nextRunAt + HOUR_MS / 2);

  await startWorker();

  const isRight = async () => (await queue.getJobScheduler(task.id))?.next === nextRunAt;
  await t.resolves(waitFor('the ticker to be right', isRight));
});

import {
  buildQueue,
  type ExecutionJob,
  type ExecutionRecord,
  insertPause,
  jobId,
  jobName,
} from '@mcp-server/shared';
import { buildExecution, type Fleet, openFleet, waitFor } from '@mcp-server/testing';
import type { Queue } from 'bullmq';
import t from 'tap';

const FAST = { LEASE_MS: '900', BEAT_MS: '200', STALLED_CHECK_MS: '250', SWEEP_MS: '200' };
const MINUTE_MS = 60_000;
/** Deferral by a worker that could not reach the database. */
const DEFERRED_MS = 5_000;
const RESCUED_WITHIN_MS = 30_000;
const inMs = (ms: number) => new Date(Date.now() + ms);

/** Opens a fleet whose jobs can be deferred by a process with a wrong clock. */
async function open(t: Parameters<typeof openFleet>[0]) {
  const fleet = await openFleet(t);
  const queue = buildQueue('default', fleet.space.redis, fleet.space.prefix);
  t.teardown(() => queue.close());
  return { ...fleet, queue };
}

/** Stores an execution whose job was deferred for `delayMs` by a clock that is wrong by `skewMs`. */
async function deferBy(
  { accept, queue }: Fleet & { queue: Queue<ExecutionJob> },
  { skewMs, delayMs = DEFERRED_MS }: { skewMs: number; delayMs?: number },
  changes: Partial<ExecutionRecord> = {},
): Promise<string> {
  const execution = buildExecution(changes);
  const { _id, seq } = execution;
  await accept(execution);
  await queue.add(
    jobName(execution),
    { executionId: _id },
    { jobId: jobId(_id, seq), priority: 3, delay: delayMs, timestamp: Date.now() + skewMs },
  );
  return _id;
}

t.test(
  'work deferred by a clock that was 1, 5 or 60 minutes ahead or behind starts within 30 s',
  async (t) => {
    const fleet = await open(t);
    const skews = [-60, -5, -1, 1, 5, 60].flatMap((minutes) => Array.from({ length: 14 }, () => minutes));
    const ids = await Promise.all(skews.map((minutes) => deferBy(fleet, { skewMs: minutes * MINUTE_MS })));

    await fleet.startWorker();

    const ended = await Promise.all(ids.map((id) => fleet.reach(id, 'completed', RESCUED_WITHIN_MS)));
    t.ok(ended.every(({ attempts, crashes }) => attempts.length === 1 && crashes === 0));
  },
);

t.test('a due retry, a due start and a lapsed run are not left to a wrong clock either', async (t) => {
  const fleet = await open(t);
  const hour = { skewMs: 60 * MINUTE_MS };
  const lapsed = {
    status: 'running',
    epoch: 1,
    lease: { until: inMs(-1_000), worker: 'dead', token: 'dead' },
    attempts: [{ epoch: 1, worker: 'dead', startedAt: inMs(-2_000) }],
  } as const;
  const [retry, start, run] = [
    await deferBy(fleet, hour, { status: 'retrying', nextAttemptAt: inMs(-100) }),
    await deferBy(fleet, hour, { nextAttemptAt: inMs(1_000) }),
    await deferBy(fleet, hour, { ...lapsed, attempts: [...lapsed.attempts] }),
  ];

  await fleet.startWorker(FAST);

  for (const id of [retry, start, run]) await fleet.reach(id, 'completed', RESCUED_WITHIN_MS);
  const { nextAttemptAt, waitMs } = await fleet.read(start);
  t.match({ nextAttemptAt, isEarly: waitMs! < 0 }, { nextAttemptAt: undefined, isEarly: false });
});

t.test('the job of an ended execution does not stay behind for the hour', async (t) => {
  const fleet = await open(t);
  const ended = { status: 'completed', result: '{}', endedAt: new Date(), settledAt: new Date() } as const;
  const id = await deferBy(fleet, { skewMs: 60 * MINUTE_MS }, ended);

  await fleet.startWorker(FAST);

  const isOver = async () => (await fleet.queue.getJobState(jobId(id, 1))) === 'completed';
  await t.resolves(waitFor('the job to end', isOver, RESCUED_WITHIN_MS));
});

t.test('work that waits for a reason is not touched: a later retry, a later start, a pause', async (t) => {
  const fleet = await open(t);
  const tomorrow = inMs(24 * 60 * MINUTE_MS);
  const inAnHour = { skewMs: 0, delayMs: 60 * MINUTE_MS };
  const later = [
    await deferBy(fleet, inAnHour, { status: 'retrying', nextAttemptAt: tomorrow }),
    await deferBy(fleet, { ...inAnHour, skewMs: -5 * MINUTE_MS }, { nextAttemptAt: tomorrow }),
    await deferBy(fleet, inAnHour, { heldAt: new Date(), plugin: 'absent', action: 'held' }),
  ];
  const pause = { kind: 'plugin', name: 'absent', by: 'somebody' } as const;
  await insertPause(fleet.space.models.PauseModel, pause);
  const stuck = await deferBy(fleet, { skewMs: 60 * MINUTE_MS });

  await fleet.startWorker(FAST);
  await fleet.reach(stuck, 'completed', RESCUED_WITHIN_MS);
  // The sweep has looked at all of them at least twice when one that came later is through.
  await fleet.reach(await deferBy(fleet, { skewMs: 60 * MINUTE_MS }), 'completed', RESCUED_WITHIN_MS);

  for (const id of later) {
    const job = await fleet.queue.getJob(jobId(id, 1));
    t.match({ state: await job?.getState(), starts: job?.attemptsStarted }, { state: 'delayed', starts: 0 });
  }
});

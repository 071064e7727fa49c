import { buildQueue } from '@mcp-server/shared';
import { buildExecution, isWholeMatrix, openFleet, startOwnRedis, waitFor } from '@mcp-server/testing';
import t from 'tap';

/** In the whole matrix 5,000 in all, else 1,500. */
const RUNNING = 50;
const RETRYING = isWholeMatrix ? 200 : 100;
const WAITING = isWholeMatrix ? 4_750 : 1_350;
const RESTORED_WITHIN_MS = 30_000;
const QUARTER_HOUR_MS = 900_000;

t.test(
  `I8: FLUSHALL with ${RUNNING + RETRYING + WAITING} unfinished: all are re-enqueued within 30 s and end, running ones are not restarted`,
  { timeout: QUARTER_HOUR_MS },
  async (t) => {
    const ownRedis = await startOwnRedis(t);
    const { startWorker, submit, space } = await openFleet(t, ownRedis.url);
    const { ExecutionModel } = space.models;
    const count = (filter: object) => ExecutionModel.countDocuments(filter);
    await Promise.all([1, 2].map(() => startWorker({ WORKER_CONCURRENCY: String(RUNNING / 2) })));
    await Promise.all(
      Array.from({ length: RETRYING }, () =>
        submit({ plugin: 'fixture', action: 'postpone', payload: '{"ms":60000}' }),
      ),
    );
    await waitFor('the retries', async () => (await count({ status: 'retrying' })) === RETRYING, 60_000);
    const running = await Promise.all(
      Array.from({ length: RUNNING }, () => submit({ action: 'sleep', payload: '{"ms":25000}' })),
    );
    await waitFor('the runs', async () => (await count({ status: 'running' })) === RUNNING, 20_000);
    await ExecutionModel.insertMany(
      Array.from({ length: WAITING }, () => buildExecution({ pool: 'default' })),
    );
    const queue = buildQueue('default', space.redis, space.prefix);
    t.teardown(() => queue.close());
    // On a slow machine the first retries are due before the last execution is enqueued, and no longer count.
    const areEnqueued = async () => {
      const jobs = await knownJobs(queue);
      return jobs >= (await count({ status: { $in: ['queued', 'retrying'] } }));
    };
    await waitFor('the sweep to enqueue them', areEnqueued, 60_000);
    t.ok((await knownJobs(queue)) > WAITING / 2, 'there is much to restore');

    await space.redis.flushall();
    const wipedAt = performance.now();
    await waitFor('all jobs to be back', areEnqueued, 60_000);
    const restoredAfterMs = performance.now() - wipedAt;

    t.ok(restoredAfterMs < RESTORED_WITHIN_MS, `restored after ${Math.round(restoredAfterMs)} ms`);
    await waitFor(
      'all to end',
      async () => (await count({ status: 'completed' })) === RUNNING + RETRYING + WAITING,
      QUARTER_HOUR_MS,
    );
    t.equal(await count({ _id: { $in: running }, status: 'completed', epoch: 1, crashes: 0 }), RUNNING);
    t.equal(await count({ 'attempts.1': { $exists: true } }), RETRYING);
  },
);

async function knownJobs(queue: ReturnType<typeof buildQueue>): Promise<number> {
  const counts = await queue.getJobCounts('wait', 'prioritized', 'delayed');
  return Object.values(counts).reduce((sum, jobs) => sum + jobs, 0);
}

import { FailureKind, readPaused, readWaiting } from '@mcp-server/shared';

import { defineCheck, type Finding, problemsOr, warn } from '../check.ts';
import type { Installation } from '../installation.ts';
import { listPools } from '../pools.ts';

/** Age after which an execution that could start is worth a warning. */
const OLD_SECONDS = 60;
/** Newest failed jobs that are read; Redis keeps 5,000. */
const MAX_FAILED = 1_000;

async function judgePool(
  { queueOf, env }: Installation,
  pool: string,
): Promise<{ jobs: number; wrong: Finding[] }> {
  const queue = queueOf(pool);
  const [isPaused, counts] = await Promise.all([
    queue.isPaused(),
    queue.getJobCounts('wait', 'prioritized', 'delayed', 'active', 'failed'),
  ]);
  const { failed = 0, ...open } = counts;
  // Redis keeps the job of a failed execution for a while; other failures are not the product's.
  const own = (await queue.getFailed(0, MAX_FAILED - 1)).filter(
    (job) => FailureKind.safeParse(job.failedReason).success,
  ).length;
  const foreign = Math.min(failed, MAX_FAILED) - own;
  const wrong: Finding[] = [];
  if (isPaused) {
    wrong.push(
      warn(`pool ${pool} is paused in Redis`, 'resume it in the dashboard if the pause is unintended'),
    );
  }
  if (foreign > 0) {
    const advice = `check what else writes to this Redis with REDIS_PREFIX ${env.REDIS_PREFIX}: they are not jobs of failed executions`;
    wrong.push(warn(`pool ${pool} holds ${foreign} foreign failed jobs`, advice));
  }
  return { jobs: Object.values(open).reduce((sum, count) => sum + count, 0), wrong };
}

/** Lists pauses, which an operator may have forgotten. */
async function findPauses({ models }: Installation): Promise<{ pools: Set<string>; wrong: Finding[] }> {
  const { pools, plugins } = await readPaused(models.PauseModel);
  const wrong = [...pools.values(), ...plugins.values()].map(({ kind, name, since, reason }) => {
    const path = kind === 'pool' ? `/api/queues/${name}/resume` : `/api/plugins/${name}/resume`;
    const why = reason === undefined ? '' : ` (${reason})`;
    return warn(
      `${kind} ${name} has been paused since ${since.toISOString()}${why}`,
      `POST ${path} to resume it`,
    );
  });
  return { pools: new Set(pools.keys()), wrong };
}

export default defineCheck({
  needs: ['mongodb', 'redis'],
  async run(installation) {
    const waiting = await readWaiting(installation.models.ExecutionModel);
    const paused = await findPauses(installation);
    const old = waiting
      .filter(({ pool, oldestSeconds }) => oldestSeconds > OLD_SECONDS && !paused.pools.has(pool))
      .map(({ pool, count, oldestSeconds }) =>
        warn(
          `pool ${pool}: ${count} executions waiting, the oldest for ${Math.round(oldestSeconds)} s`,
          'start more workers, or raise WORKER_CONCURRENCY',
        ),
      );
    const pools = await listPools(installation);
    const reports = await Promise.all(pools.map((pool) => judgePool(installation, pool)));
    const jobs = reports.reduce((sum, pool) => sum + pool.jobs, 0);
    return problemsOr(
      [...paused.wrong, ...old, ...reports.flatMap(({ wrong }) => wrong)],
      `${jobs} jobs in ${pools.length} pools`,
    );
  },
});

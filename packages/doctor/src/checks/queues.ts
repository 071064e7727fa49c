import { readWorkload } from '@mcp-server/shared';

import { defineCheck, type Finding, unlessWrong, warn } from '../check.ts';
import type { Patient } from '../patient.ts';
import { listPools } from '../pools.ts';

/** Work that is asked for now should have begun by then. */
const OLD_SECONDS = 60;

async function judgePool(
  { queueOf, env }: Patient,
  pool: string,
): Promise<{ jobs: number; wrong: Finding[] }> {
  const queue = queueOf(pool);
  const [isPaused, counts] = await Promise.all([
    queue.isPaused(),
    queue.getJobCounts('wait', 'prioritized', 'delayed', 'active', 'failed'),
  ]);
  const { failed = 0, ...open } = counts;
  const wrong: Finding[] = [];
  if (isPaused) {
    wrong.push(warn(`pool ${pool} is paused`, 'resume it in the dashboard when that is no longer meant'));
  }
  if (failed > 0) {
    const advice = `see what else writes to this Redis under REDIS_PREFIX ${env.REDIS_PREFIX}: workers end executions, never jobs`;
    wrong.push(warn(`pool ${pool} holds ${failed} failed jobs`, advice));
  }
  return { jobs: Object.values(open).reduce((sum, count) => sum + count, 0), wrong };
}

export default defineCheck({
  needs: ['mongodb', 'redis'],
  async look(patient) {
    const { waiting } = await readWorkload(patient.models.ExecutionModel);
    const old = waiting
      .filter(({ oldestSeconds }) => oldestSeconds > OLD_SECONDS)
      .map(({ pool, count, oldestSeconds }) =>
        warn(
          `in pool ${pool} ${count} executions wait, the oldest for ${Math.round(oldestSeconds)} s`,
          'start more workers, or raise WORKER_CONCURRENCY',
        ),
      );
    const pools = await listPools(patient);
    const judged = await Promise.all(pools.map((pool) => judgePool(patient, pool)));
    const jobs = judged.reduce((sum, pool) => sum + pool.jobs, 0);
    return unlessWrong(
      [...old, ...judged.flatMap(({ wrong }) => wrong)],
      `${jobs} jobs in ${pools.length} pools`,
    );
  },
});

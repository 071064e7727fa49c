import { isAlive, listWorkerSightings } from '@mcp-server/shared';

import { defineCheck, fail, type Finding, problemsOr, warn } from '../check.ts';
import type { Installation } from '../installation.ts';
import { listBusyPools } from '../pools.ts';

/** Plugins with work that was taken by workers without its action, and that no other worker had. */
async function findParkedWork({ models }: Installation): Promise<Finding[]> {
  const plugins = await models.ExecutionModel.distinct('plugin', {
    heldAt: { $exists: true },
    lacksAction: true,
    status: { $in: ['queued', 'retrying'] },
  });
  return plugins
    .toSorted()
    .map((plugin) =>
      warn(
        `plugin ${plugin} has work that no live worker can run`,
        'start a worker with that plugin; GET /api/executions/:id/explain names the version and pool',
      ),
    );
}

export default defineCheck({
  needs: ['mongodb'],
  async run(installation) {
    const sightings = await listWorkerSightings(installation.models.WorkerModel);
    const living = sightings.filter(isAlive).map(({ worker }) => worker);
    const taking = living.filter(({ state }) => state === 'running');
    const wrong: Finding[] = [];
    for (const pool of await listBusyPools(installation)) {
      if (taking.some(({ pools }) => pools.includes(pool))) continue;
      wrong.push(
        fail(`pool ${pool} has work but no live worker`, `start a worker with WORKER_POOLS=${pool}`),
      );
    }
    wrong.push(...(await findParkedWork(installation)));
    if (living.length === 0 && wrong.length === 0) {
      wrong.push(warn('no worker is alive', 'start one; accepted work waits until then'));
    }
    const dead = sightings.length - living.length;
    if (dead > 0) {
      wrong.push(
        warn(
          `${dead} workers disappeared without shutting down in the last ten minutes`,
          'check the end of their logs',
        ),
      );
    }
    const slots = taking.reduce((sum, worker) => sum + worker.slots, 0);
    return problemsOr(wrong, `${living.length} alive, ${slots} slots`);
  },
});

import {
  type Catalogue,
  countInAndOut,
  countUnfinishedByPool,
  type ExecutionStatus,
  FreshCache,
  type Models,
  type Paused,
  type PauseRecord,
  type QueueView,
  readPaused,
} from '@mcp-server/shared';

import type { ExecutionQueues } from '../../redis/execution-queues.ts';
import { listWorkers } from './list-workers.ts';
import { workersOf } from './pool-workers.ts';
import { presentPause } from './present-pause.ts';

/** Counting is expensive; concurrent and frequent readers get the same figures. */
const MAX_AGE_MS = 1_000;

/** Reads the backlog and workers of all pools. */
export interface PoolFacts {
  list(): Promise<QueueView[]>;
}

interface PoolFactsDeps {
  models: Models;
  catalogue: Catalogue;
  queues: ExecutionQueues;
}

type Counts = Awaited<ReturnType<typeof countWork>>;
type Fleet = Awaited<ReturnType<typeof listWorkers>>;

export function buildPoolFacts(deps: PoolFactsDeps): PoolFacts {
  const counts = new FreshCache<Counts>({ maxAgeMs: MAX_AGE_MS, isSingleFlight: true });
  return {
    async list() {
      // Pauses and workers are few, and an admin expects to see a new pause at once.
      const [work, paused, fleet] = await Promise.all([
        counts.read('all', () => countWork(deps)),
        readPaused(deps.models.PauseModel),
        listWorkers(deps),
      ]);
      const alive = fleet.filter(({ isAlive }) => isAlive);
      const pools = new Set([
        ...work.plugins.keys(),
        ...work.depths.map(({ pool }) => pool),
        ...paused.pools.keys(),
        ...alive.flatMap((worker) => worker.pools),
      ]);
      const present = async (pool: string) => {
        const jobs = await deps.queues.countJobs(pool).catch(() => null);
        return presentPool(pool, { counts: work, paused, fleet, jobs });
      };
      return Promise.all([...pools].toSorted().map(present));
    },
  };
}

const presentPluginPause = (pause: PauseRecord) => ({ plugin: pause.name, ...presentPause(pause) });

function presentPool(
  pool: string,
  { counts, paused, fleet, jobs }: { counts: Counts; paused: Paused; fleet: Fleet; jobs: QueueView['jobs'] },
): QueueView {
  const depth = counts.depths.find((one) => one.pool === pool);
  const flow = counts.flows.find((one) => one.pool === pool);
  const { workers, draining, slots, freeSlots } = workersOf(fleet, pool);
  const pause = paused.pools.get(pool);
  const count = (status: ExecutionStatus) => depth?.byStatus[status] ?? 0;
  return {
    pool,
    paused: pause ? presentPause(pause) : null,
    pausedPlugins: [...paused.plugins.values()]
      .filter(({ name }) => counts.plugins.get(pool)?.includes(name))
      .map(presentPluginPause),
    depth: {
      queued: count('queued'),
      running: count('running'),
      retrying: count('retrying'),
      input_required: count('input_required'),
    },
    oldestWaitMs: depth?.oldestWaitMs ?? null,
    acceptedLastMinute: flow?.accepted ?? 0,
    endedLastMinute: flow?.ended ?? 0,
    workers: workers.map(({ id }) => id),
    drainingWorkers: draining.map(({ id }) => id),
    slots,
    freeSlots,
    jobs,
  };
}

async function countWork({ models, catalogue }: PoolFactsDeps) {
  const entries = await catalogue.list();
  const plugins = new Map<string, string[]>();
  for (const { plugin } of entries)
    plugins.set(plugin.pool, [...(plugins.get(plugin.pool) ?? []), plugin.id]);
  const [depths, flows] = await Promise.all([
    countUnfinishedByPool(models.ExecutionModel),
    countInAndOut(models.ExecutionModel, {
      plugins: entries.map(({ plugin }) => plugin.id),
      actions: [...new Set(entries.flatMap(({ plugin }) => plugin.actions.map(({ name }) => name)))],
    }),
  ]);
  return { depths, flows, plugins };
}

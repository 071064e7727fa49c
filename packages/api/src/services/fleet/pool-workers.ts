import type { WorkerView } from '@mcp-server/shared';

/** Live workers of one pool. Counts are of those that take work. */
export interface PoolWorkers {
  workers: WorkerView[];
  draining: WorkerView[];
  running: number;
  slots: number;
  freeSlots: number;
}

export function workersOf(fleet: readonly WorkerView[], pool: string): PoolWorkers {
  const alive = fleet.filter(({ isAlive, pools }) => isAlive && pools.includes(pool));
  const workers = alive.filter(({ state }) => state === 'running');
  const sum = (count: (worker: WorkerView) => number) =>
    workers.reduce((total, worker) => total + count(worker), 0);
  return {
    workers,
    draining: alive.filter(({ state }) => state === 'draining'),
    running: sum(({ running }) => running),
    slots: sum(({ slots }) => slots),
    freeSlots: sum(({ freeSlots }) => freeSlots),
  };
}

import type { ExecutionRecord, ExecutionStatus } from '@mcp-server/shared';
import { waitFor } from '@mcp-server/testing';

import type { Rig } from './rig.ts';
import type { Slot } from './slot.ts';

const HELD_WITHIN_MS = 60_000;

/** Ids of the running executions that a worker holds, of one action or of all. */
export async function findHeldRuns(rig: Rig, worker: Slot, action?: string): Promise<string[]> {
  const status: ExecutionStatus = 'running';
  const ofAction = action === undefined ? {} : { action };
  const held = await rig.models.ExecutionModel.find(
    { status, 'lease.worker': worker.workerName, ...ofAction },
    { _id: 1 },
  ).lean<ExecutionRecord[]>();
  return held.map(({ _id }) => _id);
}

/** Waits until a worker holds runs, of one action or of any; resolves to the workers that do, the busiest first. */
export function waitForBusyWorkers(rig: Rig, action?: string): Promise<Slot[]> {
  return waitFor(
    `a worker to run ${action ?? 'something'}`,
    async () => {
      const loads = await Promise.all(
        rig.workers.map(async (worker) => ({
          worker,
          runs: (await findHeldRuns(rig, worker, action)).length,
        })),
      );
      const busy = loads.filter(({ runs }) => runs > 0).toSorted((one, other) => other.runs - one.runs);
      return busy.length > 0 && busy.map(({ worker }) => worker);
    },
    HELD_WITHIN_MS,
  );
}

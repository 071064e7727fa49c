import {
  isAlive,
  listWorkerSightings,
  type Models,
  type WorkerSighting,
  type WorkerView,
  unreadableOf,
} from '@mcp-server/shared';

/** Lists the workers of the fleet, including those that died in the last minutes. */
export async function listWorkers({ models }: { models: Models }): Promise<WorkerView[]> {
  return (await listWorkerSightings(models.WorkerModel)).map(presentWorker);
}

function presentWorker(sighting: WorkerSighting): WorkerView {
  const { worker } = sighting;
  const { _id: id, createdAt: _created, updatedAt: _updated, idleMs, startedAt, seenAt, ...facts } = worker;
  const { suspects = 0, abandoned = 0, slots, running, state } = worker;
  const isWorkerAlive = isAlive(sighting);
  return {
    id,
    ...facts,
    suspects,
    abandoned,
    freeSlots: isWorkerAlive && state === 'running' ? Math.max(0, slots - running - abandoned) : 0,
    ...(idleMs === undefined ? {} : { lastTookAt: new Date(seenAt.getTime() - idleMs).toISOString() }),
    isAlive: isWorkerAlive,
    startedAt: startedAt.toISOString(),
    seenAt: seenAt.toISOString(),
    ...unreadableOf(worker),
  };
}

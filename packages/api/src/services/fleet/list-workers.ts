import { listWorkerSightings, type Models, type WorkerSighting, type WorkerView } from '@mcp-server/shared';

/** Workers announce themselves every 2 s; so many missed ones mean that it is gone. */
const ALIVE_MS = 10_000;

/** The fleet, dead workers of the last minutes included. */
export async function listWorkers({ models }: { models: Models }): Promise<WorkerView[]> {
  return (await listWorkerSightings(models.WorkerModel)).map(presentWorker);
}

function presentWorker({ worker, unseenMs }: WorkerSighting): WorkerView {
  const { _id: id, createdAt: _created, updatedAt: _updated, idleMs, startedAt, seenAt, ...facts } = worker;
  const { suspects = 0, abandoned = 0, slots, running, state } = worker;
  const isAlive = unseenMs <= ALIVE_MS;
  return {
    id,
    ...facts,
    suspects,
    abandoned,
    freeSlots: isAlive && state === 'running' ? Math.max(0, slots - running - abandoned) : 0,
    ...(idleMs === undefined ? {} : { lastTookAt: new Date(seenAt.getTime() - idleMs).toISOString() }),
    isAlive,
    startedAt: startedAt.toISOString(),
    seenAt: seenAt.toISOString(),
  };
}

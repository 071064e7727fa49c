import { listWorkerSightings, type Models, type WorkerSighting, type WorkerView } from '@mcp-server/shared';

/** Workers announce themselves every 2 s; so many missed ones mean that it is gone. */
const ALIVE_MS = 10_000;

/** The fleet, dead workers of the last minutes included. */
export async function listWorkers({ models }: { models: Models }): Promise<WorkerView[]> {
  return (await listWorkerSightings(models.WorkerModel)).map(presentWorker);
}

function presentWorker({ worker, unseenMs }: WorkerSighting): WorkerView {
  const { _id: id, createdAt: _created, updatedAt: _updated, startedAt, seenAt, ...facts } = worker;
  return {
    id,
    ...facts,
    isAlive: unseenMs <= ALIVE_MS,
    startedAt: startedAt.toISOString(),
    seenAt: seenAt.toISOString(),
  };
}

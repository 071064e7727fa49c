import { type ExecutionJob, queueName } from '@mcp-server/shared';
import { DelayedError, type Job, UnrecoverableError, WaitingError, Worker } from 'bullmq';

import type { Deps } from '../deps.ts';
import { deliver, type Delivery } from './deliver.ts';

/** A crash is bounded by the execution's own count of crashes; BullMQ must never fail a job for it. */
const NO_STALL_LIMIT = 1_000_000_000;
/** Seconds for which an idle worker waits in one blocking read. */
const IDLE_WAIT_SECONDS = 2;
const AFTER_FAULT_DELAY_MS = 1_000;

/** Takes the jobs of one pool. `onTaken` hears every job that arrives. */
export function createPoolWorker(
  deps: Deps,
  delivery: Delivery,
  pool: string,
  onTaken: () => void,
): Worker<ExecutionJob, string> {
  const { config, log } = deps;
  const worker = new Worker<ExecutionJob, string>(
    queueName(pool),
    async (job, token = '') => {
      onTaken();
      return delivery.runs.during(() =>
        deliver(deps, delivery, pool, job, token).catch((error: unknown) => leave(deps, job, token, error)),
      );
    },
    {
      connection: deps.consumer,
      prefix: config.REDIS_PREFIX,
      name: deps.workerName,
      autorun: false,
      concurrency: config.WORKER_CONCURRENCY,
      lockDuration: config.LEASE_MS,
      stalledInterval: config.STALLED_CHECK_MS,
      maxStalledCount: NO_STALL_LIMIT,
      drainDelay: IDLE_WAIT_SECONDS,
      runRetryDelay: AFTER_FAULT_DELAY_MS,
    },
  );
  // A lost lock is no lost lease: the document decides, and the run goes on.
  worker.on('error', (err) => log.debug({ err, pool }, 'queue connection or lock trouble'));
  worker.on('failed', (job) => log.error({ jobId: job?.id, pool }, 'a job that is no execution was refused'));
  return worker;
}

/** What BullMQ understands passes; anything else must not become a BullMQ failure: the job is looked at again. */
async function leave(deps: Deps, job: Job<ExecutionJob>, token: string, error: unknown): Promise<never> {
  const isForQueue =
    error instanceof DelayedError || error instanceof WaitingError || error instanceof UnrecoverableError;
  if (isForQueue) throw error;
  deps.log.error({ err: error, jobId: job.id }, 'delivery failed; the job is put off');
  await job.moveToDelayed(Date.now() + AFTER_FAULT_DELAY_MS, token).catch(() => undefined);
  throw new DelayedError();
}

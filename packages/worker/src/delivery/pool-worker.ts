import { type ExecutionJob, queueName } from '@mcp-server/shared';
import { DelayedError, type Job, UnrecoverableError, WaitingError, Worker } from 'bullmq';

import type { Deps } from '../deps.ts';
import { deliver, type Delivery, NOT_AN_EXECUTION_JOB } from './deliver.ts';

/** The execution itself counts its crashes; BullMQ must never fail a job for stalling. */
const NO_STALL_LIMIT = 1_000_000_000;
/** Seconds that an idle worker waits in one blocking read. */
const IDLE_WAIT_SECONDS = 2;
const AFTER_FAULT_DELAY_MS = 1_000;

/** Creates the BullMQ worker of one pool. `onTaken` is called for every job that arrives. */
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
        deliver(deps, delivery, pool, job, token).catch((error: unknown) =>
          deferOnFault(deps, job, token, error),
        ),
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
  // A lost lock is not a lost lease: the document decides, and the run goes on.
  worker.on('error', (err) => log.debug({ err, pool }, 'queue connection or lock trouble'));
  worker.on('failed', (job, { message }) => {
    if (message !== NOT_AN_EXECUTION_JOB) return;
    log.error({ jobId: job?.id, pool }, 'refused a job that is not an execution');
  });
  return worker;
}

/** Rethrows the errors that BullMQ understands. Any other must not become a BullMQ failure, so the job is deferred. */
async function deferOnFault(
  deps: Deps,
  job: Job<ExecutionJob>,
  token: string,
  error: unknown,
): Promise<never> {
  const isForQueue =
    error instanceof DelayedError || error instanceof WaitingError || error instanceof UnrecoverableError;
  if (isForQueue) throw error;
  deps.log.error({ err: error, jobId: job.id }, 'delivery failed; deferring the job');
  await job.moveToDelayed(Date.now() + AFTER_FAULT_DELAY_MS, token).catch(() => undefined);
  throw new DelayedError();
}

import { TICK_QUEUE, TickJob, tickStrategy } from '@mcp-server/shared';
import { DelayedError, type Job, Worker } from 'bullmq';

import type { Deps } from '../deps.ts';
import { fireSchedule } from './fire.ts';

/** A tick is two reads and two writes; more at once would only wait for each other. */
const CONCURRENCY = 10;
/** BullMQ's limit does not hold for jobs of a scheduler; ticks are short and never throw. */
const NO_STALL_LIMIT = 1_000_000_000;
/**
 * BullMQ ticks by a worker's clock, fire times are due by the database's. A tick waits for a difference up to this;
 * beyond it the sweep fires.
 */
const MAX_EARLY_MS = 2_000;
const IDLE_WAIT_SECONDS = 2;

/** Creates the BullMQ worker for the ticks of all schedules; every worker process has one, whatever its pools. */
export function createTickWorker(deps: Deps): Worker<TickJob, string> {
  const { config, log } = deps;
  const worker = new Worker<TickJob, string>(
    TICK_QUEUE,
    async (job, token = '') => takeTick(deps, job, token),
    {
      connection: deps.consumer,
      prefix: config.REDIS_PREFIX,
      name: deps.workerName,
      autorun: false,
      concurrency: CONCURRENCY,
      lockDuration: config.LEASE_MS,
      stalledInterval: config.STALLED_CHECK_MS,
      maxStalledCount: NO_STALL_LIMIT,
      drainDelay: IDLE_WAIT_SECONDS,
      settings: { repeatStrategy: tickStrategy },
    },
  );
  worker.on('error', (err) => log.debug({ err }, 'tick connection or lock trouble'));
  return worker;
}

/** Never throws a failure: a schedule that could not fire stays due, and the sweep fires it. */
async function takeTick(deps: Deps, job: Job<TickJob>, token: string): Promise<string> {
  const tick = TickJob.safeParse(job.data);
  if (!tick.success) return 'not_a_tick';
  const { taskId } = tick.data;
  const outcome = await fireSchedule(deps, tick.data).catch((err: unknown) => {
    deps.log.warn({ err, taskId }, 'tick failed; leaving it to the sweep');
    return { kind: 'left' } as const;
  });
  if (outcome.kind !== 'early' || outcome.waitMs > MAX_EARLY_MS) return outcome.kind;
  await job.moveToDelayed(Date.now() + outcome.waitMs, token).catch(() => undefined);
  throw new DelayedError();
}

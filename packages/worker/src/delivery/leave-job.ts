import { leavePlace } from '@mcp-server/shared';
import { DelayedError, type Job, WaitingError } from 'bullmq';

/**
 * Defers the job; if Redis has lost or taken it, the sweep or the next delivery brings it back. `losesPlace`: what its
 * owner made wait is not ahead of others when it is due.
 */
export async function deferJob(
  job: Job,
  token: string,
  { delayMs, losesPlace = false }: { delayMs: number; losesPlace?: boolean },
): Promise<never> {
  if (losesPlace) await job.changePriority({ priority: leavePlace(job.priority) }).catch(() => undefined);
  await job.moveToDelayed(Date.now() + Math.max(0, Math.ceil(delayMs)), token).catch(() => undefined);
  throw new DelayedError();
}

/** Puts the job back to the front of its queue. */
export async function returnToQueue(job: Job, token: string): Promise<never> {
  await job.moveToWait(token).catch(() => undefined);
  throw new WaitingError();
}

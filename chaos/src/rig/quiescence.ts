import { setTimeout as delay } from 'node:timers/promises';

import { UNFINISHED_STATUSES } from '@mcp-server/shared';
import type { Job, JobType } from 'bullmq';

import type { LeftJob } from '../checker/run-record.ts';
import type { Rig } from './rig.ts';

const OPEN_JOBS: JobType[] = ['wait', 'prioritized', 'delayed', 'active', 'failed'];
const PAUSE_MS = 250;

/**
 * Waits until all work has ended, or until nothing more has ended for the given time: how long a backlog takes depends on
 * the machine, that it shrinks does not. The checker finds what is left.
 */
export async function quiesce(rig: Rig, seconds: number): Promise<void> {
  await rig.load.settled();
  let least = Infinity;
  let giveUpAt = 0;
  while (least > 0) {
    const left = await countOpenWork(rig);
    if (left < least) giveUpAt = performance.now() + seconds * 1_000;
    else if (performance.now() > giveUpAt) return;
    least = Math.min(least, left);
    if (least > 0) await delay(PAUSE_MS);
  }
}

/** Executions that have not ended or are not settled, and jobs that Redis still holds. */
async function countOpenWork({ models: { ExecutionModel }, queue }: Rig): Promise<number> {
  const open = { $or: [{ status: { $in: UNFINISHED_STATUSES } }, { settledAt: { $exists: false } }] };
  const counts = await queue.getJobCounts(...OPEN_JOBS.filter((state) => state !== 'failed'));
  const jobs = Object.values(counts).reduce((sum, count) => sum + count, 0);
  return jobs + (await ExecutionModel.countDocuments(open));
}

/** Jobs in Redis other than completed ones. */
export async function readLeftJobs({ queue }: Rig): Promise<LeftJob[]> {
  const leftJobs: LeftJob[] = [];
  for (const state of OPEN_JOBS) {
    const jobs = (await queue.getJobs([state], 0, 200)) as (Job<{ executionId: string }> | undefined)[];
    for (const job of jobs) {
      if (!job?.id) continue;
      const reason = state === 'failed' ? { failedReason: job.failedReason ?? '' } : {};
      leftJobs.push({ id: job.id, executionId: job.data.executionId, state, ...reason });
    }
  }
  return leftJobs;
}

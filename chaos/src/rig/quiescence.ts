import { setTimeout as delay } from 'node:timers/promises';

import { UNFINISHED_STATUSES } from '@mcp-server/shared';
import type { Job, JobType } from 'bullmq';

import type { LeftJob } from '../checker/run-record.ts';
import type { Rig } from './rig.ts';

const OPEN_JOBS: JobType[] = ['wait', 'prioritized', 'delayed', 'active', 'failed'];
const PAUSE_MS = 250;

/** Waits until all work has ended, or until the time limit; the checker finds what is left then. */
export async function quiesce(rig: Rig, boundSeconds: number): Promise<void> {
  await rig.load.settled();
  const deadline = performance.now() + boundSeconds * 1_000;
  while (performance.now() < deadline && !(await isQuiet(rig))) await delay(PAUSE_MS);
}

async function isQuiet({ models: { ExecutionModel }, queue }: Rig): Promise<boolean> {
  if (await ExecutionModel.exists({ status: { $in: UNFINISHED_STATUSES } })) return false;
  if (await ExecutionModel.exists({ settledAt: { $exists: false } })) return false;
  const counts = await queue.getJobCounts(...OPEN_JOBS.filter((state) => state !== 'failed'));
  return Object.values(counts).every((count) => count === 0);
}

/** Jobs in Redis other than completed and failed ones. */
export async function readLeftJobs({ queue }: Rig): Promise<LeftJob[]> {
  const leftJobs: LeftJob[] = [];
  for (const state of OPEN_JOBS) {
    const jobs = (await queue.getJobs([state], 0, 200)) as (Job<{ executionId: string }> | undefined)[];
    for (const job of jobs) {
      if (job?.id) leftJobs.push({ id: job.id, executionId: job.data.executionId, state });
    }
  }
  return leftJobs;
}

import type { Queue } from 'bullmq';

import { type ExecutionJob, jobId, jobName } from '../queues.ts';
import type { ExecutionRecord } from '../schemas/execution.ts';
import { takePlace, withoutPlace } from './line.ts';

export interface EnqueueOptions {
  /** Delay before the job is due (ms). */
  delayMs?: number | undefined;
  /** Result of `takePlace`, if it was called before. */
  place?: Promise<number> | undefined;
}

/**
 * Step 2, enqueue: adds a job with the execution's id and nothing else. Adding the same seq again is harmless: BullMQ
 * ignores an id that it knows. After a failure the sweep adds it.
 */
export async function enqueueExecution(
  queue: Queue<ExecutionJob>,
  execution: Pick<ExecutionRecord, '_id' | 'seq' | 'ownerId' | 'priority' | 'plugin' | 'action'>,
  { delayMs = 0, place }: EnqueueOptions = {},
): Promise<void> {
  const isDue = delayMs <= 0;
  await queue.add(
    jobName(execution),
    { executionId: execution._id },
    {
      jobId: jobId(execution._id, execution.seq),
      // A place taken now would be ahead of all others when a delayed job is due.
      priority: isDue ? await (place ?? takePlace(queue, execution)) : withoutPlace(execution.priority),
      ...(isDue ? {} : { delay: delayMs }),
    },
  );
}

import type { Queue } from 'bullmq';

import { type ExecutionJob, JOB_PRIORITY, jobId, jobName } from '../queues.ts';
import type { ExecutionRecord } from '../schemas/execution.ts';

/**
 * Step 2, enqueue: adds a job with the execution's id and nothing else. Adding the same seq again is harmless: BullMQ
 * ignores an id that it knows. After a failure the sweep adds it.
 */
export async function enqueueExecution(
  queue: Queue<ExecutionJob>,
  execution: Pick<ExecutionRecord, '_id' | 'seq' | 'priority' | 'plugin' | 'action'>,
  delayMs = 0,
): Promise<void> {
  await queue.add(
    jobName(execution),
    { executionId: execution._id },
    {
      jobId: jobId(execution._id, execution.seq),
      priority: JOB_PRIORITY[execution.priority],
      ...(delayMs > 0 ? { delay: delayMs } : {}),
    },
  );
}

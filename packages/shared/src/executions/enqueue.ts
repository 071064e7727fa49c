import type { Queue } from 'bullmq';

import { EXECUTE_JOB, type ExecutionJob, JOB_PRIORITY, jobId } from '../queues.ts';
import type { ExecutionRecord } from '../schemas/execution.ts';

/**
 * Step 2, enqueue: adds a job with the execution's id and nothing else. Adding the same seq again is harmless: BullMQ
 * ignores an id that it knows. After a failure the sweep adds it.
 */
export async function enqueueExecution(
  queue: Queue<ExecutionJob>,
  execution: Pick<ExecutionRecord, '_id' | 'seq' | 'priority'>,
  delayMs = 0,
): Promise<void> {
  await queue.add(
    EXECUTE_JOB,
    { executionId: execution._id },
    {
      jobId: jobId(execution._id, execution.seq),
      priority: JOB_PRIORITY[execution.priority],
      ...(delayMs > 0 ? { delay: delayMs } : {}),
    },
  );
}

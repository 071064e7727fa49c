import {
  type JsonValue,
  type Submission,
  type SubmitDeps,
  submitExecution,
  type Submitted,
} from '@mcp-server/shared';

import type { Principal } from '../principal.ts';
import { findOwnTask } from './find-task.ts';

/** Starts an execution of a task. It belongs to the task's owner, even if an admin starts it. */
export async function executeTask(
  deps: SubmitDeps,
  principal: Principal,
  {
    taskId,
    ...request
  }: { taskId: string; requestId: string } & Pick<Submission, 'idempotency' | 'skipsCache'>,
): Promise<Submitted> {
  const task = await findOwnTask(deps, principal, taskId);
  const { ownerId, plugin, action, priority, retry, timeoutMs } = task;
  const payload = JSON.parse(task.payload) as JsonValue;
  return submitExecution(deps, {
    ...request,
    taskId,
    source: 'task',
    ownerId,
    plugin,
    action,
    payload,
    priority,
    retry,
    timeoutMs,
  });
}

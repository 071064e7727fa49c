import type { EventType, StoredEvent } from '../schemas/event.ts';
import type { ExecutionRecord } from '../schemas/execution.ts';

/** Event type of each execution status. */
const TYPE_OF_STATUS = {
  queued: 'execution.queued',
  running: 'execution.started',
  retrying: 'execution.retrying',
  input_required: 'execution.input_required',
  completed: 'execution.completed',
  failed: 'execution.failed',
  cancelled: 'execution.cancelled',
} as const satisfies Record<ExecutionRecord['status'], EventType>;

/** Builds the public event of an execution. `type` is given where the status alone does not tell what happened. */
export function describeEvent(execution: ExecutionRecord, type?: EventType): StoredEvent {
  const { _id, taskId, plugin, action, status, attemptsUsed, attempts, progress, updatedAt } = execution;
  const isProgress = type === 'execution.progress' && progress !== undefined;
  return {
    type: type ?? TYPE_OF_STATUS[status],
    at: (isProgress ? progress.at : updatedAt).toISOString(),
    executionId: _id,
    ...(taskId === undefined ? {} : { taskId }),
    plugin,
    action,
    status,
    ...(attempts.length === 0 ? {} : { attempt: attemptsUsed + (status === 'running' ? 1 : 0) }),
    ...(isProgress ? { progress: toShown(progress) } : {}),
  };
}

const toShown = ({ done, total, message }: NonNullable<ExecutionRecord['progress']>) => ({
  done,
  ...(total === undefined ? {} : { total }),
  ...(message === undefined ? {} : { message }),
});

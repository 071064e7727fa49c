import { endedChannel, type ExecutionRecord, mirrorTask, readExecution } from '@mcp-server/shared';

import type { Deps } from '../deps.ts';

/** Publishes that an execution waits for its next attempt or for input. After a failure the next event corrects it. */
export async function publishWaiting(deps: Deps, execution: ExecutionRecord): Promise<void> {
  const { TaskModel, ExecutionModel } = deps.models;
  deps.events.write(execution);
  if (execution.status === 'input_required') {
    // Waiting callers are notified of a question too; without this they read it a little later.
    await deps.producer.publish(endedChannel(deps.config.REDIS_PREFIX), execution._id).catch(() => undefined);
  }
  try {
    await mirrorTask(TaskModel, execution);
    if (execution.status !== 'input_required' || execution.taskId === undefined) return;
    // An answer may have overtaken this update: then its status wins.
    const current = (await readExecution(ExecutionModel, execution._id))?.execution;
    if (current && current.status !== execution.status) await mirrorTask(TaskModel, current);
  } catch (err) {
    deps.log.debug({ err, executionId: execution._id }, 'task not mirrored; leaving it to settle');
  }
}

import type { McpTaskRecord } from '@mcp-server/shared';

import { findNoWorkerReason, type WaitReason } from '../services/executions/no-worker.ts';
import type { McpContext } from './exchange.ts';
import { type McpTask, presentMcpTask } from './mcp-task.ts';

/** An mcpTask as it is now. */
export interface CurrentMcpTask {
  task: McpTask;
  /** Set if no living worker has its action. */
  reason: WaitReason | undefined;
}

/** Presents an mcpTask with what is known about its workers and usual times. */
export async function presentCurrentMcpTask(
  { deps }: Pick<McpContext, 'deps'>,
  record: McpTaskRecord,
): Promise<CurrentMcpTask> {
  const [usual, reason] = await Promise.all([
    deps.durationStats.read(record),
    findNoWorkerReason(deps, record),
  ]);
  const retentionSeconds = deps.config.EXECUTION_RETENTION_SECONDS;
  return { task: presentMcpTask(record, { usual, retentionSeconds, reason }), reason };
}

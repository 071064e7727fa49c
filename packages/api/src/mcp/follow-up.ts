import type { McpTaskRecord } from '@mcp-server/shared';
import type { CallToolResult } from '@modelcontextprotocol/server';

import type { CurrentMcpTask } from './current-mcp-task.ts';
import { openQuestions, presentQuestions } from './mcp-task.ts';
import { TASK_GET } from './names.ts';

/** Builds the response for a client without the Tasks extension: the call continues, and this is how to get its end. */
export function presentFollowUp(record: McpTaskRecord, { task, reason }: CurrentMcpTask): CallToolResult {
  const { taskId, status, pollIntervalMs, statusMessage } = task;
  const asks = status === 'input_required';
  const facts = {
    taskId,
    status,
    pollAfterMs: pollIntervalMs,
    ...(reason ? { reason } : {}),
    ...(asks ? { inputRequests: presentQuestions(openQuestions(record)) } : {}),
  };
  const text = asks
    ? `The call waits for input. Answer it with POST /api/executions/${taskId}/input, then call ${TASK_GET}.`
    : `Not finished yet (${statusMessage ?? status}). Call ${TASK_GET} with {"taskId":"${taskId}"}.`;
  return { content: [{ type: 'text', text }], structuredContent: facts };
}

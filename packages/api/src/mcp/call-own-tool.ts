import { isEnded } from '@mcp-server/shared';
import { type CallToolRequest, type CallToolResult, ProtocolError } from '@modelcontextprotocol/server';
import { z } from 'zod';

import { cancelOwnExecution } from '../services/executions/cancel-execution.ts';
import { presentCurrentMcpTask } from './current-mcp-task.ts';
import type { McpContext } from './exchange.ts';
import { findOwnMcpTask } from './find-mcp-task.ts';
import { presentFollowUp } from './follow-up.ts';
import { TASK_CANCEL, TASK_GET } from './names.ts';
import { MAX_TASK_WAIT_SECONDS } from './own-tools.ts';
import { toolError, presentEnd } from './tool-result.ts';

const GetArguments = z.strictObject({
  taskId: z.string(),
  waitSeconds: z.number().min(0).max(MAX_TASK_WAIT_SECONDS).default(0),
});
const CancelArguments = z.strictObject({ taskId: z.string() });

/** Undefined if the tool is not one of the server's own. */
export function callOwnTool(
  mcp: McpContext,
  { name, arguments: toolArguments = {} }: CallToolRequest['params'],
): Promise<CallToolResult> | undefined {
  if (name === TASK_GET)
    return withArguments(GetArguments, toolArguments, (parsed) => getMcpTask(mcp, parsed));
  if (name === TASK_CANCEL)
    return withArguments(CancelArguments, toolArguments, ({ taskId }) => cancelMcpTask(mcp, taskId));
  return undefined;
}

/** Models read tool errors, so invalid arguments and unknown ids are reported as such. */
async function withArguments<T extends z.ZodType>(
  schema: T,
  toolArguments: unknown,
  call: (parsed: z.output<T>) => Promise<CallToolResult>,
): Promise<CallToolResult> {
  const { success, data, error } = schema.safeParse(toolArguments);
  if (!success) return toolError(z.prettifyError(error), { code: 'invalid_payload', status: 400 });
  try {
    return await call(data);
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    return toolError(error.message, { code: 'not_found', status: 404 });
  }
}

async function getMcpTask(
  mcp: McpContext,
  { taskId, waitSeconds }: z.output<typeof GetArguments>,
): Promise<CallToolResult> {
  const first = await findOwnMcpTask(mcp, taskId);
  const record =
    waitSeconds > 0 && !isEnded(first.status) && (await waitForEnd(mcp, taskId, waitSeconds))
      ? await findOwnMcpTask(mcp, taskId)
      : first;
  if (isEnded(record.status)) return presentEnd(record);
  return presentFollowUp(record, await presentCurrentMcpTask(mcp, record));
}

async function waitForEnd(mcp: McpContext, id: string, waitSeconds: number): Promise<boolean> {
  const waiter = mcp.deps.waiters.register(id, 'outcome');
  try {
    return (await waiter.ended({ ms: waitSeconds * 1_000, gone: mcp.gone, holder: mcp })) !== undefined;
  } finally {
    waiter.dispose();
  }
}

async function cancelMcpTask(mcp: McpContext, taskId: string): Promise<CallToolResult> {
  await findOwnMcpTask(mcp, taskId);
  const { outcome } = await cancelOwnExecution(mcp.deps, mcp.principal, taskId);
  const text = {
    cancelled: 'The call was cancelled.',
    requested: 'The call is being stopped.',
    ended: 'The call had already ended; nothing changed.',
  }[outcome];
  return { content: [{ type: 'text', text }], structuredContent: { taskId, outcome } };
}

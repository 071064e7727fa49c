import {
  type EndedExecution,
  findMcpTask,
  isEnded,
  type JsonValue,
  type McpTaskRecord,
  type ToolPolicy,
} from '@mcp-server/shared';
import {
  type CallToolRequest,
  type CallToolResult,
  MissingRequiredClientCapabilityError,
  ProtocolError,
  ProtocolErrorCode,
  type ServerContext,
} from '@modelcontextprotocol/server';

import { submitAwaited } from '../services/execute-and-wait.ts';
import { callOwnTool } from './call-own-tool.ts';
import { capabilitiesOf, knowsTasks, type Scope } from './exchange.ts';
import { presentFollowUp } from './follow-up.ts';
import { hear } from './hear.ts';
import { readIdempotency } from './idempotency.ts';
import { presentMcpTask } from './mcp-task.ts';
import { TASKS_EXTENSION } from './names.ts';
import { toToolRefusal } from './refusals.ts';
import { presentEnd } from './tool-result.ts';
import type { ToolEntry } from './toolbox.ts';

/** A run that usually takes longer than this is an mcpTask from the beginning. */
const LONG_RUN_MS = 2_000;
/** The others become one when they have not ended after this. */
const SHORT_WAIT_MS = 2_000;
/** How long a call that asks before it becomes an mcpTask is waited for to ask. */
const QUESTION_WAIT_MS = 15_000;

/** How a call is answered. */
interface Plan {
  waitMs: number;
  /** What has not ended by then becomes an mcpTask; otherwise the answer says how to follow up. */
  becomesTask: boolean;
}

/** `tools/call`: runs an action. @throws {ProtocolError} */
export async function callTool(
  scope: Scope,
  { params }: CallToolRequest,
  ctx: ServerContext,
): Promise<CallToolResult> {
  const own = callOwnTool(scope, params);
  if (own) return own;
  const entry = (await scope.toolbox.list()).find(params.name);
  if (!entry) throw new ProtocolError(ProtocolErrorCode.InvalidParams, `Unknown tool: ${params.name}`);
  const hasTasks = knowsTasks(capabilitiesOf(scope, ctx));
  if (entry.action.tool.asTask === 'required' && !hasTasks) {
    throw new MissingRequiredClientCapabilityError({
      requiredCapabilities: { extensions: { [TASKS_EXTENSION]: {} } },
    });
  }
  const plan = await planCall(scope, entry, hasTasks);
  return runTool(scope, ctx, { entry, payload: (params.arguments ?? {}) as JsonValue, plan });
}

async function planCall(scope: Scope, { plugin, action }: ToolEntry, hasTasks: boolean): Promise<Plan> {
  const { asTask, inputFirst }: ToolPolicy = action.tool;
  if (!hasTasks || asTask === 'never')
    return { waitMs: scope.deps.config.MCP_WAIT_SECONDS * 1_000, becomesTask: false };
  if (inputFirst) return { waitMs: QUESTION_WAIT_MS, becomesTask: true };
  if (asTask !== 'auto') return { waitMs: 0, becomesTask: true };
  const { runMs } = await scope.deps.usualTimes.read({ plugin, action: action.name });
  const isLong = runMs !== null && runMs.p50 > LONG_RUN_MS;
  return { waitMs: isLong ? 0 : SHORT_WAIT_MS, becomesTask: true };
}

async function runTool(
  scope: Scope,
  ctx: ServerContext,
  { entry, payload, plan }: { entry: ToolEntry; payload: JsonValue; plan: Plan },
): Promise<CallToolResult> {
  const work = { plugin: entry.plugin, action: entry.action.name, payload };
  const idempotency = readIdempotency(scope, ctx, work);
  const begin = () =>
    submitAwaited(
      scope.deps,
      scope.principal,
      { ...work, source: 'mcp', idempotency, requestId: scope.requestId },
      'answer',
    );
  const cancelsWhenGone = scope.era === 'modern' && entry.action.tool.onDisconnect === 'cancel';
  try {
    const { submitted, heard } = await hear(scope, ctx, begin, { waitMs: plan.waitMs, cancelsWhenGone });
    const known: EndedExecution = heard ?? submitted.execution;
    if (isEnded(known.status)) return presentEnd(known);
    return await answerUnfinished(scope, submitted.execution, plan);
  } catch (error) {
    return toToolRefusal(error);
  }
}

/** The call outlasted its wait: as an mcpTask, or with what the client needs to follow up. */
async function answerUnfinished(
  scope: Scope,
  accepted: McpTaskRecord,
  { waitMs, becomesTask }: Plan,
): Promise<CallToolResult> {
  const { deps, principal } = scope;
  const query = { id: accepted._id, ownerId: principal.userId };
  const current =
    waitMs === 0 ? accepted : ((await findMcpTask(deps.models.ExecutionModel, query)) ?? accepted);
  if (isEnded(current.status)) return presentEnd(current);
  const usual = await deps.usualTimes.read(current);
  const task = presentMcpTask(current, usual, deps.config.EXECUTION_RETENTION_SECONDS);
  if (!becomesTask) return presentFollowUp(current, task);
  return { resultType: 'task', ...task } as unknown as CallToolResult;
}

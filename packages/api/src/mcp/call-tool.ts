import { findMcpTask, isEnded, type JsonValue, type McpTaskRecord } from '@mcp-server/shared';
import {
  type CallToolRequest,
  type CallToolResult,
  ProtocolError,
  ProtocolErrorCode,
  type ServerContext,
} from '@modelcontextprotocol/server';

import { callOwnTool } from './call-own-tool.ts';
import { capabilitiesOf, supportsTasks, requireTasks } from './capabilities.ts';
import { presentCurrentMcpTask } from './current-mcp-task.ts';
import type { McpContext } from './exchange.ts';
import { presentFollowUp } from './follow-up.ts';
import { toToolRefusal } from './refusals.ts';
import { readRound } from './rounds.ts';
import { runAction } from './run.ts';
import { presentEnd } from './tool-result.ts';
import type { ToolEntry } from './toolbox.ts';

/** A run that usually takes longer than this becomes an mcpTask at once. */
const LONG_RUN_MS = 2_000;
/** Other runs become an mcpTask if they have not ended after this. */
const SHORT_WAIT_MS = 2_000;
/** How long to wait for an input-first call to ask its first question. */
const QUESTION_WAIT_MS = 15_000;

/** How a call is handled. */
interface Plan {
  waitMs: number;
  /** True: an unfinished run becomes an mcpTask. False: the response says how to follow up. */
  becomesTask: boolean;
}

/** `tools/call`: runs an action. @throws {ProtocolError} */
export async function callTool(
  mcp: McpContext,
  { params }: CallToolRequest,
  ctx: ServerContext,
): Promise<CallToolResult> {
  const own = callOwnTool(mcp, params);
  if (own) return own;
  const entry = (await mcp.toolbox.list()).find(params.name);
  if (!entry) throw new ProtocolError(ProtocolErrorCode.InvalidParams, `Unknown tool: ${params.name}`);
  const capabilities = capabilitiesOf(mcp, ctx);
  if (entry.action.tool.asTask === 'required') requireTasks(capabilities);
  const isContinued = readRound(ctx) !== undefined;
  const plan = await planCall(mcp, entry, { hasTasks: supportsTasks(capabilities), isContinued });
  return runTool(mcp, ctx, { entry, payload: (params.arguments ?? {}) as JsonValue, plan });
}

async function planCall(
  { deps }: McpContext,
  { plugin, action }: ToolEntry,
  { hasTasks, isContinued }: { hasTasks: boolean; isContinued: boolean },
): Promise<Plan> {
  const { asTask, inputFirst } = action.tool;
  if (!hasTasks || asTask === 'never')
    return { waitMs: deps.config.MCP_WAIT_SECONDS * 1_000, becomesTask: false };
  // An input-first call becomes an mcpTask in the round that brings the answers.
  if (inputFirst) return { waitMs: isContinued ? 0 : QUESTION_WAIT_MS, becomesTask: true };
  if (asTask !== 'auto') return { waitMs: 0, becomesTask: true };
  const { runMs } = await deps.durationStats.read({ plugin, action: action.name });
  const isLong = runMs !== null && runMs.p50 > LONG_RUN_MS;
  return { waitMs: isLong ? 0 : SHORT_WAIT_MS, becomesTask: true };
}

async function runTool(
  mcp: McpContext,
  ctx: ServerContext,
  { entry, payload, plan }: { entry: ToolEntry; payload: JsonValue; plan: Plan },
): Promise<CallToolResult> {
  const work = { plugin: entry.plugin, action: entry.action.name, payload };
  const cancelsWhenGone = mcp.era === 'modern' && entry.action.tool.onDisconnect === 'cancel';
  try {
    const state = await runAction(mcp, ctx, work, { waitMs: plan.waitMs, cancelsWhenGone });
    if (state.kind === 'ended') return presentEnd(state.end);
    if (state.kind === 'asks') return state.request as unknown as CallToolResult;
    return await presentUnfinished(mcp, state.execution, plan);
  } catch (error) {
    return toToolRefusal(error);
  }
}

/** Builds the response to a call that did not end within its wait: an mcpTask, or how to follow up. */
async function presentUnfinished(
  mcp: McpContext,
  accepted: McpTaskRecord,
  { waitMs, becomesTask }: Plan,
): Promise<CallToolResult> {
  const { deps, principal } = mcp;
  const query = { id: accepted._id, ownerId: principal.userId };
  const current =
    waitMs === 0 ? accepted : ((await findMcpTask(deps.models.ExecutionModel, query)) ?? accepted);
  if (isEnded(current.status)) return presentEnd(current);
  const now = await presentCurrentMcpTask(mcp, current);
  if (!becomesTask) return presentFollowUp(current, now);
  return { resultType: 'task', ...now.task } as unknown as CallToolResult;
}

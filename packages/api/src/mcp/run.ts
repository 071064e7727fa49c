import { type EndedExecution, isEnded, type JsonValue, type McpTaskRecord } from '@mcp-server/shared';
import type { InputRequiredResult, ServerContext } from '@modelcontextprotocol/server';

import { submitAwaited } from '../services/executions/execute-and-wait.ts';
import type { WaitReason } from '../services/executions/no-worker.ts';
import { awaitOutcome, type WaitPolicy } from './await-outcome.ts';
import type { McpContext } from './exchange.ts';
import { readIdempotency } from './idempotency.ts';
import { NO_CACHE_META } from './names.ts';
import { answersOf, askClient, continueCall, readRound, type Target } from './rounds.ts';
import { nameCall } from './session.ts';

/** State of a run when its request is answered. */
export type CallState =
  | { kind: 'ended'; end: EndedExecution }
  /** It asks the client; the answers come with the next request. */
  | { kind: 'asks'; request: InputRequiredResult }
  /** The state at acceptance or at the last answer. `reason`: no living worker has the action. */
  | { kind: 'unfinished'; execution: McpTaskRecord; reason?: WaitReason };

/** Runs an action, or continues a run that asked, until it ends, asks, or the wait is over. */
export async function runAction(
  mcp: McpContext,
  ctx: ServerContext,
  work: Target & { payload: JsonValue },
  waitPolicy: WaitPolicy,
): Promise<CallState> {
  const round = readRound(ctx);
  const begin = async () =>
    round
      ? continueCall(mcp, ctx, work, round)
      : submitAwaited(mcp.deps, mcp.principal, submission(), 'outcome');
  const submission = () => {
    const idempotency = readIdempotency(mcp, ctx, work);
    const earlyAnswers = answersOf(ctx);
    const { requestId, session } = mcp;
    const mcpCall = session === undefined ? undefined : nameCall(session, ctx.mcpReq.id);
    const skipsCache = ctx.mcpReq._meta?.[NO_CACHE_META] === true;
    return { ...work, source: 'mcp' as const, idempotency, earlyAnswers, requestId, mcpCall, skipsCache };
  };
  const { execution, outcome, reason } = await awaitOutcome(mcp, ctx, begin, waitPolicy);
  const latest = outcome ?? execution;
  if (isEnded(latest.status)) return { kind: 'ended', end: latest };
  const isAsking = latest.status === 'input_required' && mcp.era === 'modern';
  if (isAsking) return { kind: 'asks', request: await askClient(mcp, ctx, latest) };
  return { kind: 'unfinished', execution, ...(reason ? { reason } : {}) };
}

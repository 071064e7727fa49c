import { isEnded, type Outcome, type McpTaskRecord } from '@mcp-server/shared';
import type { ServerContext } from '@modelcontextprotocol/server';

import { cancelOwnExecution } from '../services/executions/cancel-execution.ts';
import type { AwaitedSubmission } from '../services/executions/execute-and-wait.ts';
import { findNoWorkerReason, type WaitReason } from '../services/executions/no-worker.ts';
import type { McpContext } from './exchange.ts';
import { type ProgressWatch, watchProgress } from './progress.ts';

/** How long a call waits, and whether it is cancelled when the client disconnects. */
export interface WaitPolicy {
  waitMs: number;
  cancelsWhenGone: boolean;
}

/** Submits or continues work and waits for its end or its questions; the outcome is undefined after the wait. No wait if no living worker has the action. */
export async function awaitOutcome(
  mcp: McpContext,
  ctx: ServerContext,
  begin: () => Promise<AwaitedSubmission>,
  waitPolicy: WaitPolicy,
): Promise<{
  execution: McpTaskRecord;
  outcome: Outcome | undefined;
  reason: WaitReason | undefined;
}> {
  const progress = await watchProgress(mcp.deps.eventFeed, mcp, ctx);
  try {
    const { submitted, waiter } = await begin();
    progress.follow(submitted.execution._id);
    try {
      const reason = await findNoWorkerReason(mcp.deps, submitted.execution);
      const isOver = isEnded(submitted.execution.status);
      const isWaiting = waitPolicy.waitMs > 0 && submitted.isEnqueued && !reason && !isOver;
      const outcome = isWaiting
        ? await waiter.ended({ ms: waitPolicy.waitMs, gone: mcp.gone, holder: mcp })
        : undefined;
      // Only the call that began it: a repeat shares the execution with the first call.
      const isLeft = mcp.gone.aborted && !outcome && !isOver && !submitted.isRepeat;
      if (isLeft && waitPolicy.cancelsWhenGone) {
        await cancelOwnExecution(mcp.deps, mcp.principal, submitted.execution._id);
      }
      if (outcome) await awaitLastProgress(progress, outcome);
      return { execution: submitted.execution, outcome, reason };
    } finally {
      waiter.dispose();
    }
  } finally {
    progress.stop();
  }
}

async function awaitLastProgress(progress: ProgressWatch, { status }: Outcome): Promise<void> {
  if (status !== 'input_required') await progress.drain();
}

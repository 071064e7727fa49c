import type { Outcome, McpTaskRecord } from '@mcp-server/shared';
import type { ServerContext } from '@modelcontextprotocol/server';

import { cancelOwnExecution } from '../services/executions/cancel-execution.ts';
import type { AwaitedSubmission } from '../services/executions/execute-and-wait.ts';
import type { McpContext } from './exchange.ts';
import { type ProgressWatch, watchProgress } from './progress.ts';

/** How long a call waits, and whether it is cancelled when the client disconnects. */
export interface WaitPolicy {
  waitMs: number;
  cancelsWhenGone: boolean;
}

/** Submits or continues work and waits for its end or its questions; the outcome is undefined after the wait. */
export async function awaitOutcome(
  mcp: McpContext,
  ctx: ServerContext,
  begin: () => Promise<AwaitedSubmission>,
  patience: WaitPolicy,
): Promise<{ execution: McpTaskRecord; heard: Outcome | undefined }> {
  const progress = await watchProgress(mcp.deps.eventFeed, mcp.principal.userId, ctx);
  try {
    const { submitted, waiter } = await begin();
    progress.of(submitted.execution._id);
    const leave = () => waiter.dispose();
    mcp.gone.addEventListener('abort', leave, { once: true });
    try {
      const isWaiting = patience.waitMs > 0 && submitted.isEnqueued && !mcp.gone.aborted;
      const heard = isWaiting ? await waiter.ended(patience.waitMs) : undefined;
      // Only the call that began it: a repeat shares the execution with the first call.
      const isLeft = mcp.gone.aborted && !heard && !submitted.isRepeat;
      if (isLeft && patience.cancelsWhenGone) {
        await cancelOwnExecution(mcp.deps, mcp.principal, submitted.execution._id);
      }
      if (heard) await progressThrough(progress, heard);
      return { execution: submitted.execution, heard };
    } finally {
      mcp.gone.removeEventListener('abort', leave);
      waiter.dispose();
    }
  } finally {
    progress.stop();
  }
}

async function progressThrough(progress: ProgressWatch, { status }: Outcome): Promise<void> {
  if (status !== 'input_required') await progress.drain();
}

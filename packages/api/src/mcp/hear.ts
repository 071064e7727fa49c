import type { HeardExecution, McpTaskRecord } from '@mcp-server/shared';
import type { ServerContext } from '@modelcontextprotocol/server';

import { cancelOwnExecution } from '../services/executions/cancel-execution.ts';
import type { Awaited } from '../services/executions/execute-and-wait.ts';
import type { Scope } from './exchange.ts';
import { type ProgressWatch, watchProgress } from './progress.ts';

/** How long a call waits, and what it means when the client goes away meanwhile. */
export interface Patience {
  waitMs: number;
  cancelsWhenGone: boolean;
}

/** Submits or continues work and waits for its end or its questions; undefined when there was neither in time. */
export async function hear(
  scope: Scope,
  ctx: ServerContext,
  begin: () => Promise<Awaited>,
  patience: Patience,
): Promise<{ execution: McpTaskRecord; heard: HeardExecution | undefined }> {
  const progress = await watchProgress(scope.deps.eventFeed, scope.principal.userId, ctx);
  try {
    const { submitted, waiter } = await begin();
    progress.of(submitted.execution._id);
    const leave = () => waiter.release();
    scope.gone.addEventListener('abort', leave, { once: true });
    try {
      const isWaiting = patience.waitMs > 0 && submitted.isEnqueued && !scope.gone.aborted;
      const heard = isWaiting ? await waiter.ended(patience.waitMs) : undefined;
      // Only who began it: a repeat shares the execution with the first call.
      const isLeft = scope.gone.aborted && !heard && !submitted.isRepeat;
      if (isLeft && patience.cancelsWhenGone) {
        await cancelOwnExecution(scope.deps, scope.principal, submitted.execution._id);
      }
      if (heard) await progressThrough(progress, heard);
      return { execution: submitted.execution, heard };
    } finally {
      scope.gone.removeEventListener('abort', leave);
      waiter.release();
    }
  } finally {
    progress.stop();
  }
}

async function progressThrough(progress: ProgressWatch, { status }: HeardExecution): Promise<void> {
  if (status !== 'input_required') await progress.drain();
}

import { endedChannel, type ExecutionRecord, isEnded, settleExecution } from '@mcp-server/shared';

import type { Deps } from '../deps.ts';

/** Step 6, settle: the task's mirror and the word that it ended. A failure is left to the sweep. */
export async function settle(deps: Deps, execution: ExecutionRecord): Promise<void> {
  if (!isEnded(execution.status)) return;
  try {
    const tell = async ({ _id }: ExecutionRecord): Promise<void> => {
      deps.metrics.executions.inc({ status: execution.status });
      deps.events.write(execution);
      await deps.producer.publish(endedChannel(deps.config.REDIS_PREFIX), _id).catch((err: unknown) => {
        // Waiting callers read the document anyway, only a little later.
        deps.log.debug({ err, executionId: _id }, 'telling an end failed');
      });
    };
    await settleExecution(deps.models, execution, tell, async (id) => markLater(deps, id));
  } catch (err) {
    deps.log.warn({ err, executionId: execution._id }, 'settling failed; the sweep will');
  }
}

/**
 * The mark only spares the sweep a second look, so no job waits for it. A mark that gets lost with this process is made by
 * the sweep, which tells the end again; that may be repeated.
 */
function markLater(deps: Deps, executionId: string): void {
  deps.writes.settle(executionId).catch((err: unknown) => {
    deps.log.warn({ err, executionId }, 'settling failed; the sweep will');
  });
}

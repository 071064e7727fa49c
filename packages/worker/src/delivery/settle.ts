import { endedChannel, type ExecutionRecord, isEnded, settleExecution } from '@mcp-server/shared';

import type { Deps } from '../deps.ts';

/** Step 6, settle: mirrors the end to the task and publishes it. After a failure the sweep settles. */
export async function settle(deps: Deps, execution: ExecutionRecord): Promise<void> {
  if (!isEnded(execution.status)) return;
  try {
    const publishEnd = async ({ _id }: ExecutionRecord): Promise<void> => {
      deps.metrics.executions.inc({ status: execution.status });
      deps.events.write(execution);
      await deps.producer.publish(endedChannel(deps.config.REDIS_PREFIX), _id).catch((err: unknown) => {
        // Waiting callers read the document anyway, only a little later.
        deps.log.debug({ err, executionId: _id }, 'publishing an end failed');
      });
    };
    await settleExecution(deps.models, execution, publishEnd, async (id) => markInBackground(deps, id));
  } catch (err) {
    deps.log.warn({ err, executionId: execution._id }, 'settle failed; leaving it to the sweep');
  }
}

/**
 * Sets the mark that saves the sweep a second look; no job waits for it. If this process dies first, the sweep sets the
 * mark and republishes the end; both are idempotent.
 */
function markInBackground(deps: Deps, executionId: string): void {
  deps.writes.settle(executionId).catch((err: unknown) => {
    deps.log.warn({ err, executionId }, 'settle failed; leaving it to the sweep');
  });
}

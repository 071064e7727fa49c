import { endedChannel, type ExecutionRecord, settleEnded } from '@mcp-server/shared';

import type { Deps } from '../deps.ts';

/** Step 6, settle, for a worker: also counts ends, and does not delay the job for the mark. */
export async function settle(deps: Deps, execution: ExecutionRecord): Promise<void> {
  const { models, events, log, metrics, producer, config } = deps;
  await settleEnded(
    {
      models,
      events,
      logger: log,
      async publishEnded({ _id: executionId, status }) {
        metrics.executions.inc({ status });
        await producer.publish(endedChannel(config.REDIS_PREFIX), executionId).catch((err: unknown) => {
          // Waiting callers read the document anyway, only a little later.
          log.debug({ err, executionId }, 'publishing an end failed');
        });
      },
      markSettled: async (ids) => ids.forEach((id) => markInBackground(deps, id)),
    },
    [execution],
  );
}

/**
 * The mark only saves the sweep a second look. If this process dies first, the sweep sets the mark and republishes the
 * end; both are idempotent.
 */
function markInBackground(deps: Deps, executionId: string): void {
  deps.writes.settle(executionId).catch((err: unknown) => {
    deps.log.warn({ err, executionId }, 'settle failed; leaving it to the sweep');
  });
}

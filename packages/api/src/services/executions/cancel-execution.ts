import {
  cancelExecution,
  type CancelledExecution,
  errors,
  type EventWriter,
  type ExecutionRecord,
  type Logger,
  type Models,
  settleEnded,
} from '@mcp-server/shared';

import type { Notifier } from '../../redis/notifier.ts';
import type { Principal } from '../principal.ts';
import { findOwnExecution } from './find-execution.ts';

export interface CancelDeps {
  config: { EXECUTION_RETENTION_SECONDS: number };
  models: Models;
  notifier: Notifier;
  events: EventWriter;
  logger: Logger;
}

/**
 * Cancels the caller's execution. A waiting one is `cancelled` in the response; a running one is asked to stop; an ended
 * one is not changed, because the first end wins.
 * @throws {errors.NotFound}
 */
export async function cancelOwnExecution(
  deps: CancelDeps,
  principal: Principal,
  id: string,
): Promise<{ outcome: 'cancelled' | 'requested' | 'ended'; execution: ExecutionRecord }> {
  await findOwnExecution(deps, principal, id);
  const outcome = await cancelExecution(deps.models.ExecutionModel, {
    id,
    by: principal.userId,
    retentionSeconds: deps.config.EXECUTION_RETENTION_SECONDS,
  });
  if (outcome.kind === 'gone') throw new errors.NotFound('execution');
  if (outcome.kind === 'requested') {
    deps.events.write(outcome.execution, 'execution.cancel_requested');
    await deps.notifier.cancelRequested(id);
  }
  if (outcome.kind === 'cancelled') await settleCancelled(deps, [outcome.execution]);
  return { outcome: outcome.kind, execution: outcome.execution };
}

/** Settles cancelled executions. Never rejects: the sweep settles what failed here. */
export const settleCancelled = (
  { models, notifier, events, logger }: CancelDeps,
  executions: readonly CancelledExecution[],
): Promise<void> =>
  settleEnded({ models, events, logger, publishEnded: ({ _id }) => notifier.ended(_id) }, executions);

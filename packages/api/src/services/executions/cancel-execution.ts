import {
  cancelExecution,
  errors,
  type EventWriter,
  type ExecutionRecord,
  type Logger,
  type Models,
  settleExecution,
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
 * Cancels the caller's execution. Waiting work is `cancelled` in the answer; running work is asked to stop; an ended
 * one stays as it is: the first end wins.
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
  if (outcome.kind === 'cancelled') await settleNow(deps, outcome.execution);
  return { outcome: outcome.kind, execution: outcome.execution };
}

/** The cancel is written; what follows is repeated by the sweep if it fails here. */
async function settleNow(
  { models, notifier, events, logger }: CancelDeps,
  execution: ExecutionRecord,
): Promise<void> {
  try {
    await settleExecution(models, execution, async (ended) => {
      events.write(ended);
      await notifier.ended(ended._id);
    });
  } catch (err) {
    logger.warn({ err, executionId: execution._id }, 'cancelled execution not settled, the sweep will');
  }
}

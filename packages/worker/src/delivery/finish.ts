import {
  type Failure,
  type FinishOutcome,
  type FinishRequest,
  handBackExecution,
  type HandBackOutcome,
  isDatabaseAway,
  yieldExecution,
  type RunEnd,
} from '@mcp-server/shared';

import { fitEnd } from '../attempt/fit-end.ts';
import { unstoredProgress } from '../attempt/progress.ts';
import type { Run } from '../attempt/runs.ts';
import type { Deps } from '../deps.ts';
import { publishWaiting } from './publish-waiting.ts';
import { untilAnswered } from './until-answered.ts';

/**
 * Offers the end of a run until the database accepts or refuses it. Waits out an outage: the database decides whether
 * the lease was lost during it. `giveUp` ends the wait (the process stops).
 */
export async function offerEnd(
  deps: Deps,
  run: Run,
  { end, cache }: Pick<FinishRequest, 'end' | 'cache'>,
  giveUp: AbortSignal,
): Promise<FinishOutcome> {
  const request = {
    id: run.execution._id,
    epoch: run.execution.epoch,
    of: run.execution,
    retentionSeconds: deps.config.EXECUTION_RETENTION_SECONDS,
    progress: unstoredProgress(run),
    cache,
  };
  const write = (offered: RunEnd) =>
    untilAnswered(giveUp, () => deps.writes.finish({ ...request, end: offered }));
  const outcome = await write(fitEnd(run.execution, end)).catch((err: unknown) => {
    if (giveUp.aborted || isDatabaseAway(err)) throw err;
    // An execution must be able to end, for any reason of the refusal.
    deps.log.error({ err, executionId: request.id, end: end.kind }, 'the database refused an end');
    return write(NOT_STORED);
  });
  if (outcome.kind === 'superseded') {
    deps.metrics.superseded.inc();
    deps.log.warn(
      { executionId: request.id, epoch: request.epoch, end: end.kind },
      'end refused: superseded',
    );
  }
  return outcome;
}

const NOT_STORED: RunEnd = {
  kind: 'failed',
  failure: { kind: 'invalid_output', message: 'The database refused to store how it ended.' },
};

/** Hands a claim back with no attempt spent. */
export async function handBack(
  deps: Deps,
  run: Run,
  reason: string,
  giveUp: AbortSignal,
): Promise<HandBackOutcome> {
  const error = { kind: 'error', message: reason } as const;
  const request = { id: run.execution._id, epoch: run.execution.epoch, error };
  const outcome = await untilAnswered(giveUp, () => handBackExecution(deps.models.ExecutionModel, request));
  if (outcome === 'handed_back') {
    deps.metrics.handBacks.inc();
    deps.events.write({ ...run.execution, status: 'queued' });
  }
  return outcome;
}

/**
 * Gives back a claim of work that this worker cannot run: its version refuses the payload, or, without a `refusal`, it
 * lacks the action.
 */
export async function yieldClaim(
  deps: Deps,
  run: Run,
  { refusal, giveUp }: { refusal: Failure | undefined; giveUp: AbortSignal },
): Promise<HandBackOutcome> {
  const request = { id: run.execution._id, epoch: run.execution.epoch };
  const { ExecutionModel } = deps.models;
  const outcome = await untilAnswered(giveUp, () =>
    refusal
      ? handBackExecution(ExecutionModel, { ...request, error: refusal })
      : yieldExecution(ExecutionModel, request),
  );
  if (outcome === 'handed_back') await publishWaiting(deps, { ...run.execution, status: 'queued' });
  return outcome;
}

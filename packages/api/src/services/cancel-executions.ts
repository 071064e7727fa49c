import {
  type BulkCancel,
  type BulkCancelInput,
  type BulkFilter,
  cancelExecutions,
  type CancelledExecution,
  countMatching,
  type ExecutionRecord,
  type JsonValue,
  listMatchingIds,
  settleExecutions,
} from '@mcp-server/shared';

import { type AuditCaller, audited, type AuditDeps } from './audit.ts';
import { narrowToCaller } from './bulk-filter.ts';
import type { CancelDeps } from './cancel-execution.ts';

type BulkCancelDeps = CancelDeps & AuditDeps;

const UNFINISHED = ['queued', 'running', 'retrying', 'input_required'] as const;
/** One bulk of updates; it takes some ten milliseconds. */
const BATCH_SIZE = 250;
/** What one request takes on. */
const MAX_BATCHES = 40;
const MAX_COUNT = 1_000_000;

/**
 * Cancels what fits, in batches: first all of it, so that as little as possible starts meanwhile, then the telling.
 * Safe to repeat: what has ended is not matched.
 * @throws {errors.Forbidden}
 */
export async function cancelByFilter(
  deps: BulkCancelDeps,
  caller: AuditCaller,
  { filter: asked, dryRun }: BulkCancelInput,
): Promise<BulkCancel> {
  const filter = narrowToCaller(caller.principal, toFilter(asked));
  const count = () => countMatching(deps.models.ExecutionModel, filter, MAX_COUNT);
  const matched = await count();
  if (dryRun) return { matched, cancelled: 0, requested: 0, remaining: matched };
  const details = { filter: JSON.parse(JSON.stringify(asked)) as JsonValue };
  const entry = { action: 'executions.cancel', target: 'executions', details } as const;
  return audited(deps, caller, entry, async (note) => {
    const batches = await cancelAll(deps, filter, caller.principal.userId);
    for (const { cancelled } of batches) await settleBatch(deps, cancelled);
    const sum = (of: 'cancelled' | 'requested') =>
      batches.reduce((total, batch) => total + batch[of].length, 0);
    const done = {
      matched,
      cancelled: sum('cancelled'),
      requested: sum('requested'),
      remaining: batches.length < MAX_BATCHES ? 0 : Math.max(0, (await count()) - sum('requested')),
    };
    note(done);
    return done;
  });
}

/** The time is that of the acceptance. */
const toFilter = ({ from, to, status, ...fields }: BulkCancelInput['filter']): BulkFilter & Statuses => ({
  ...fields,
  status: status === undefined ? UNFINISHED : [status],
  createdFrom: from,
  createdTo: to,
});

interface Statuses {
  status: readonly ExecutionRecord['status'][];
}

interface Batch {
  cancelled: CancelledExecution[];
  requested: CancelledExecution[];
}

async function cancelAll(deps: BulkCancelDeps, filter: BulkFilter, by: string): Promise<Batch[]> {
  const { ExecutionModel } = deps.models;
  const { status: statuses = UNFINISHED } = filter;
  const retentionSeconds = deps.config.EXECUTION_RETENTION_SECONDS;
  const batches: Batch[] = [];
  for (let after = ''; batches.length < MAX_BATCHES;) {
    const ids = await listMatchingIds(ExecutionModel, { filter, after, limit: BATCH_SIZE });
    const last = ids.at(-1);
    if (last === undefined) break;
    after = last;
    const batch = await cancelExecutions(ExecutionModel, { ids, statuses, by, retentionSeconds });
    // At once: their workers stop the sooner.
    await tellRequested(deps, batch.requested);
    batches.push(batch);
  }
  return batches;
}

async function tellRequested(
  { events, tell }: BulkCancelDeps,
  requested: CancelledExecution[],
): Promise<void> {
  for (const execution of requested) events.write(execution as ExecutionRecord, 'execution.cancel_requested');
  await Promise.all(requested.map(({ _id }) => tell.cancelRequested(_id)));
}

/** The cancel is written; what follows is repeated by the sweep if it fails here. */
async function settleBatch(
  { models, events, tell, logger }: BulkCancelDeps,
  cancelled: CancelledExecution[],
) {
  try {
    await settleExecutions(models, cancelled, async (execution) => {
      events.write(execution as ExecutionRecord);
      await tell.ended(execution._id);
    });
  } catch (err) {
    logger.warn({ err, count: cancelled.length }, 'cancelled executions not settled, the sweep will');
  }
}

import {
  type BulkCancel,
  type BulkCancelInput,
  type BulkFilter,
  cancelExecutions,
  type CancelledExecution,
  type CancelManyOutcome,
  countMatching,
  type ExecutionRecord,
  type JsonValue,
  listMatchingIds,
  UNFINISHED_STATUSES,
} from '@mcp-server/shared';

import { type AuditCaller, audited, type AuditDeps } from '../audit/audit.ts';
import { narrowToCaller } from './bulk-filter.ts';
import { type CancelDeps, settleCancelled } from './cancel-execution.ts';

type BulkCancelDeps = CancelDeps & AuditDeps;

/** Number of executions in one bulk update, which takes about ten milliseconds. */
const BATCH_SIZE = 250;
/** Maximum number of executions in one request. */
const MAX_IDS = 10_000;
const MAX_COUNT = 1_000_000;

/**
 * Cancels the matching executions in batches. All cancels come first, so that as little as possible starts in between;
 * settling follows. Safe to repeat: ended executions do not match.
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
    const { cancelled, requested } = await cancelAll(deps, filter, caller.principal.userId);
    await settleAll(deps, cancelled);
    const isCut = cancelled.length + requested.length >= MAX_IDS;
    const outcome = {
      matched,
      cancelled: cancelled.length,
      requested: requested.length,
      remaining: isCut ? Math.max(0, (await count()) - requested.length) : 0,
    };
    note(outcome);
    return outcome;
  });
}

/** `from` and `to` are acceptance times. */
const toFilter = ({ from, to, status, ...fields }: BulkCancelInput['filter']): BulkFilter => ({
  ...fields,
  status: status === undefined ? UNFINISHED_STATUSES : [status],
  createdFrom: from,
  createdTo: to,
});

/**
 * Waiting executions first, running ones second: a stopping run frees a slot, and its worker would start a waiting one.
 */
async function cancelAll(deps: BulkCancelDeps, filter: BulkFilter, by: string): Promise<CancelManyOutcome> {
  const statuses = filter.status ?? UNFINISHED_STATUSES;
  const waiting = statuses.filter((status) => status !== 'running');
  const first = await cancelEach(deps, { ...filter, status: waiting }, by, MAX_IDS);
  if (waiting.length === statuses.length) return first;
  const left = MAX_IDS - first.cancelled.length;
  // Include executions that became waiting again (retry, hand-back).
  const second = await cancelEach(deps, filter, by, left);
  return { cancelled: [...first.cancelled, ...second.cancelled], requested: second.requested };
}

async function cancelEach(
  deps: BulkCancelDeps,
  filter: BulkFilter,
  by: string,
  atMost: number,
): Promise<CancelManyOutcome> {
  const { ExecutionModel } = deps.models;
  const { status: statuses = [] } = filter;
  const retentionSeconds = deps.config.EXECUTION_RETENTION_SECONDS;
  const outcome: CancelManyOutcome = { cancelled: [], requested: [] };
  if (statuses.length === 0) return outcome;
  for (let after = '', left = atMost; left > 0;) {
    const page = { filter, after, limit: Math.min(BATCH_SIZE, left) };
    const ids = await listMatchingIds(ExecutionModel, page);
    const last = ids.at(-1);
    if (last === undefined) break;
    after = last;
    left -= ids.length;
    const batch = await cancelExecutions(ExecutionModel, { ids, statuses, by, retentionSeconds });
    // Notify right away so workers stop sooner.
    await notifyRequested(deps, batch.requested);
    outcome.cancelled.push(...batch.cancelled);
    outcome.requested.push(...batch.requested);
  }
  return outcome;
}

async function notifyRequested(
  { events, notifier }: BulkCancelDeps,
  requested: CancelledExecution[],
): Promise<void> {
  for (const execution of requested) events.write(execution as ExecutionRecord, 'execution.cancel_requested');
  await Promise.all(requested.map(({ _id }) => notifier.cancelRequested(_id)));
}

async function settleAll(deps: BulkCancelDeps, cancelled: CancelledExecution[]): Promise<void> {
  for (let first = 0; first < cancelled.length; first += BATCH_SIZE) {
    await settleCancelled(deps, cancelled.slice(first, first + BATCH_SIZE));
  }
}

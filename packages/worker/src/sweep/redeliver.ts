import { enqueueExecution, type ExecutionRecord, isDatabaseAway, jobId, raiseSeq } from '@mcp-server/shared';

import { endIfUnreadable, endRefused } from '../delivery/end-unreadable.ts';
import type { Deps } from '../deps.ts';

/** Fields of an execution that a redelivery needs. */
export const REDELIVERY_FIELDS = {
  _id: 1,
  ownerId: 1,
  seq: 1,
  status: 1,
  plugin: 1,
  action: 1,
  pool: 1,
  priority: 1,
  nextAttemptAt: 1,
  epoch: 1,
} as const;
export type Redeliverable = Pick<ExecutionRecord, keyof typeof REDELIVERY_FIELDS>;

/** Concurrent queries: more would only wait in the connection, where one slow reply fails them all. */
const AT_ONCE = 50;

/** Redelivers a page; a failure does not stop the others. @throws the first failure, if all failed. */
export async function redeliverAll(
  deps: Deps,
  page: readonly Redeliverable[],
  options: { now: Date; alwaysNew: boolean },
): Promise<void> {
  const failures: unknown[] = [];
  for (let start = 0; start < page.length; start += AT_ONCE) {
    const chunk = page.slice(start, start + AT_ONCE);
    const looked = await Promise.allSettled(chunk.map((execution) => redeliver(deps, execution, options)));
    failures.push(...looked.flatMap((look) => (look.status === 'rejected' ? [look.reason as unknown] : [])));
  }
  if (failures.length === 0) return;
  // An outage fails them all; a broken record must not keep the sweep on its page.
  if (failures.length === page.length) throw failures[0];
  deps.log.warn({ err: failures[0], count: failures.length }, 'some executions were not redelivered');
}

/**
 * Adds a job for this execution if Redis has none. `alwaysNew`: an unknown job may have been taken, so a new `seq`
 * makes sure that only one delivery is valid.
 */
async function redeliver(
  deps: Deps,
  execution: Redeliverable,
  { now, alwaysNew }: { now: Date; alwaysNew: boolean },
): Promise<void> {
  if (await endIfUnreadable(deps, execution)) return;
  const pool = await deps.fleet.poolOf(execution.plugin);
  if (pool !== undefined && pool !== execution.pool) return moveToPool(deps, execution, { pool, now });
  const queue = deps.queueOf(execution.pool);
  const state = await queue.getJobState(jobId(execution._id, execution.seq));
  // Waiting, delayed or taken by a worker: BullMQ delivers it.
  if (state !== 'unknown' && state !== 'completed' && state !== 'failed') return;
  const needsNewSeq = alwaysNew || state !== 'unknown';
  const current = needsNewSeq
    ? await raiseSeq(deps.models.ExecutionModel, execution, REDELIVERY_FIELDS).catch((error: unknown) =>
        endRefusedBy(deps, execution, error),
      )
    : execution;
  if (!current) return;
  await enqueueExecution(queue, current, { delayMs: delayLeft(current, now) });
  deps.metrics.swept.inc({ repair: execution.status === 'running' ? 'lapsed' : 'redelivered' });
}

/**
 * Lets an execution follow its plugin to the pool that has it now. The new `seq` voids the old job, so
 * removing that one only tidies up.
 */
async function moveToPool(
  deps: Deps,
  execution: Redeliverable,
  { pool, now }: { pool: string; now: Date },
): Promise<void> {
  const moved = await raiseSeq(deps.models.ExecutionModel, execution, REDELIVERY_FIELDS, pool).catch(
    (error: unknown) => endRefusedBy(deps, execution, error),
  );
  if (!moved) return;
  await enqueueExecution(deps.queueOf(pool), moved, { delayMs: delayLeft(moved, now) });
  deps.log.debug(
    { executionId: execution._id, from: execution.pool, pool },
    'execution moved with its plugin',
  );
  await deps
    .queueOf(execution.pool)
    .remove(jobId(execution._id, execution.seq))
    .catch(() => undefined);
}

/** A record that cannot be read refuses every write. Null: it has ended. */
async function endRefusedBy(deps: Deps, { _id }: Redeliverable, error: unknown): Promise<null> {
  if (isDatabaseAway(error) || !(await endRefused(deps, _id))) throw error;
  return null;
}

const delayLeft = ({ nextAttemptAt }: Redeliverable, now: Date): number =>
  Math.max(0, nextAttemptAt ? nextAttemptAt.getTime() - now.getTime() : 0);

import { jobId, listHeld, type HeldExecution, readPaused, unholdExecution } from '@mcp-server/shared';

import type { Deps } from '../deps.ts';
import { listPools } from './list-pools.ts';
import type { Repair } from './repair.ts';

/** Held executions woken in one turn, and the number woken at once. */
const WAKE_PAGE = 2_000;
const AT_ONCE = 50;

/**
 * Sets the pause of every queue to what the documents say: Redis may have been wiped or away, or have another state.
 */
export const repairPausedQueues: Repair = async ({ deps }) => {
  const pools = await listPools(deps);
  // Queues first, documents second: a pause is stored before its queue is paused, so a new pause is never undone here.
  const states = await Promise.all(
    pools.map(async (pool) => [pool, await deps.queueOf(pool).isPaused()] as const),
  );
  const paused = (await readPaused(deps.models.PauseModel)).pools;
  for (const [pool, isPaused] of states) {
    if (isPaused === paused.has(pool)) continue;
    const queue = deps.queueOf(pool);
    await (isPaused ? queue.resume() : queue.pause());
    deps.metrics.swept.inc({ repair: isPaused ? 'pool_resumed' : 'pool_paused' });
  }
  return '';
};

/**
 * Wakes executions that were held while their plugin was paused or no living worker had their action, once neither is
 * true any more.
 */
export const wakeHeld: Repair = async ({ deps }) => {
  const { ExecutionModel, PauseModel } = deps.models;
  const { plugins: paused } = await readPaused(PauseModel);
  const served = (await deps.fleet.listServed()).filter(({ plugin }) => !paused.has(plugin));
  const executions = await listHeld(ExecutionModel, { served, limit: WAKE_PAGE });
  for (let start = 0; start < executions.length; start += AT_ONCE) {
    await Promise.all(executions.slice(start, start + AT_ONCE).map((execution) => wake(deps, execution)));
  }
  return '';
};

async function wake(deps: Deps, execution: HeldExecution): Promise<void> {
  const queue = deps.queueOf(execution.pool);
  const id = jobId(execution._id, execution.seq);
  const state = await queue.getJobState(id);
  // The worker that marked it still has it and is about to defer it; the next turn wakes it.
  if (state === 'active') return;
  if (state === 'delayed') {
    const job = await queue.getJob(id);
    // It may have become due in between.
    await job?.promote().catch(() => undefined);
  }
  await unholdExecution(deps.models.ExecutionModel, execution);
}

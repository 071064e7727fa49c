import { jobId, listHeld, type HeldExecution, readPaused, unholdExecution } from '@mcp-server/shared';

import type { Deps } from '../deps.ts';
import type { Repair } from './repair.ts';

/** Held executions woken in one turn, and how many at once. */
const WAKE_PAGE = 2_000;
const AT_ONCE = 50;

/** Makes the pause of every queue what the documents say: Redis may have been wiped, away, or told otherwise. */
export const repairPausedQueues: Repair = async ({ deps }) => {
  const { PluginModel, PauseModel } = deps.models;
  const known = await PluginModel.find({}, { pool: 1 }).lean<{ pool: string }[]>();
  const pools = [...new Set([...known.map(({ pool }) => pool), ...deps.config.WORKER_POOLS])];
  // Queues first, documents second: a pause is stored before its queue is paused, so none is taken back here.
  const states = await Promise.all(
    pools.map(async (pool) => [pool, await deps.queueOf(pool).isPaused()] as const),
  );
  const paused = (await readPaused(PauseModel)).pools;
  for (const [pool, isPaused] of states) {
    if (isPaused === paused.has(pool)) continue;
    const queue = deps.queueOf(pool);
    await (isPaused ? queue.resume() : queue.pause());
    deps.metrics.swept.inc({ repair: isPaused ? 'pool_resumed' : 'pool_paused' });
  }
  return '';
};

/** Wakes what was put off because its plugin was paused, and is not any more. */
export const wakeHeld: Repair = async ({ deps }) => {
  const { ExecutionModel, PluginModel, PauseModel } = deps.models;
  const known = await PluginModel.find({}, { id: 1 }).lean<{ id: string }[]>();
  const { plugins: paused } = await readPaused(PauseModel);
  const plugins = [...new Set(known.map(({ id }) => id))].filter((id) => !paused.has(id));
  const held = await listHeld(ExecutionModel, { plugins, limit: WAKE_PAGE });
  for (let start = 0; start < held.length; start += AT_ONCE) {
    await Promise.all(held.slice(start, start + AT_ONCE).map((execution) => wake(deps, execution)));
  }
  return '';
};

async function wake(deps: Deps, execution: HeldExecution): Promise<void> {
  const queue = deps.queueOf(execution.pool);
  const id = jobId(execution._id, execution.seq);
  const state = await queue.getJobState(id);
  // Still in the hands of the worker that marked it: it is put off in a moment, and woken by the next turn.
  if (state === 'active') return;
  if (state === 'delayed') {
    const job = await queue.getJob(id);
    // It may have come by itself meanwhile.
    await job?.promote().catch(() => undefined);
  }
  await unholdExecution(deps.models.ExecutionModel, execution);
}

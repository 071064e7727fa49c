import { withTimeout } from '@mcp-server/shared';
import type { Worker } from 'bullmq';

import type { Runs } from './attempt/runs.ts';
import type { Deps } from './deps.ts';

interface Draining {
  workers: readonly Worker[];
  runs: Runs;
  /** Aborted when the drain may not wait any longer. */
  giveUp: AbortController;
}

/** Part of the grace in which runs may end undisturbed. */
const UNDISTURBED_PART = 2 / 3;
/** Part of the grace in which stopped runs may be handed back. */
const HAND_BACK_PART = 0.9;
/** Time for BullMQ to close when nothing runs, and the minimum otherwise. */
const CLOSE_MS = 500;
const CHECK_MS = 50;

/**
 * Stops taking jobs, lets runs end until two thirds of the grace, then fires their signals. Stopped runs are handed
 * back, document first. Redis or the database may be away: every wait is bounded by the grace.
 */
export async function drain(deps: Deps, { workers, runs, giveUp }: Draining): Promise<void> {
  const graceMs = deps.config.WORKER_GRACE_MS;
  const startedAt = performance.now();
  const leftMs = (part: number) => Math.max(0, graceMs * part - (performance.now() - startedAt));
  deps.log.info({ running: runs.size }, 'draining');
  await Promise.all(workers.map((worker) => worker.pause(true)));
  if (!(await waitUntilIdle(runs, leftMs(UNDISTURBED_PART)))) {
    deps.log.info({ running: runs.size }, 'stopping runs');
    runs.stopAll('shutdown');
    await waitUntilIdle(runs, leftMs(HAND_BACK_PART));
  }
  giveUp.abort();
  const closing = Promise.allSettled(workers.map((worker) => worker.close()));
  // Without a delivery nothing is lost, and a BullMQ worker that never reached Redis would wait for it.
  await withTimeout(closing, runs.deliveries === 0 ? CLOSE_MS : Math.max(CLOSE_MS, leftMs(1)));
  if (runs.deliveries > 0) {
    deps.log.warn({ running: runs.size }, 'runs left behind; their leases will lapse');
  }
}

/** Resolves to true as soon as no delivery is under way (claims included), to false after `ms`. */
function waitUntilIdle(runs: Runs, ms: number): Promise<boolean> {
  const deadline = performance.now() + ms;
  return new Promise((resolve) => {
    const look = () => {
      if (runs.deliveries === 0) resolve(true);
      else if (performance.now() >= deadline) resolve(false);
      else setTimeout(look, CHECK_MS);
    };
    look();
  });
}

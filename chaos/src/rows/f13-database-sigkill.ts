import { setTimeout as delay } from 'node:timers/promises';

import { waitFor } from '@mcp-server/testing';

import { buildWork, USUAL_MIX, type WorkKind } from '../load/work.ts';
import type { Rig } from '../rig/rig.ts';
import { defineRow } from './row.ts';

const RATE = 40;
const SECONDS = 36;
const PAUSE_MS = 5_000;
const BURST = 60;
const SLOW_MS = 2_000;
/** Within the burst's requests, and just before the ends of its runs. */
const IN_ACCEPT_MS = 25;
const BEFORE_END_MS = 30;
/** Together with the restart about as long as a lease, so that some runs lose it. */
const AWAY_MS = 1_500;

/** Submits a burst without waiting for answers that the outage delays. */
function burst(rig: Rig, kind: WorkKind): void {
  const random = rig.random(`burst ${kind}`);
  const options = { sinkUrl: rig.sinkUrl, slowMs: SLOW_MS };
  rig.load.later(Array.from({ length: BURST }, () => buildWork(kind, random, options)));
}

const untilRunning = (rig: Rig, action: string): Promise<unknown> =>
  waitFor(`${action} to run`, () => rig.models.ExecutionModel.exists({ status: 'running', action }));

/** The three moments at which the database is killed. */
const WINDOWS: Record<string, (rig: Rig) => Promise<unknown>> = {
  async accept(rig) {
    burst(rig, 'quick');
    await delay(IN_ACCEPT_MS);
  },
  async start(rig) {
    burst(rig, 'sink-once');
    await untilRunning(rig, 'call-sink');
  },
  async finish(rig) {
    burst(rig, 'slow');
    await untilRunning(rig, 'slow');
    await delay(SLOW_MS - BEFORE_END_MS);
  },
};

async function strikeIn(rig: Rig, window: keyof typeof WINDOWS): Promise<void> {
  await WINDOWS[window]?.(rig);
  const { mongodb } = rig.stores;
  const startedAt = performance.now();
  await mongodb.kill();
  await delay(AWAY_MS);
  await mongodb.restart();
  const name = 'longest ms without database';
  rig.measured['database kills'] = (rig.measured['database kills'] ?? 0) + 1;
  rig.measured[name] = Math.max(rig.measured[name] ?? 0, Math.round(performance.now() - startedAt));
}

export default defineRow({
  id: 'F13',
  title: 'SIGKILL and restart of the database during accept, start and finish',
  isQuick: false,
  quiescenceSeconds: 90,
  async run(rig) {
    const seconds = rig.seconds(SECONDS);
    const endAt = performance.now() + seconds * 1_000;
    const load = rig.load.arrive({ rate: RATE, seconds, mix: USUAL_MIX });
    do {
      for (const window of Object.keys(WINDOWS)) {
        await delay(PAUSE_MS);
        await strikeIn(rig, window);
      }
    } while (performance.now() < endAt);
    await load;
  },
});

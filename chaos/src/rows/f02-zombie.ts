import { setTimeout as delay } from 'node:timers/promises';

import { buildWork, USUAL_MIX, type WorkKind } from '../load/work.ts';
import { sumMetric } from '../rig/collect.ts';
import { waitForBusyWorkers } from '../rig/held-runs.ts';
import type { Rig } from '../rig/rig.ts';
import { inconclusive } from './inconclusive.ts';
import { defineRow } from './row.ts';

const RATE = 40;
const SECONDS = 22;
/** Three leases of 5 s. */
const FROZEN_MS = 15_000;
/** Runs of this length belong to another worker when the zombie wakes, and have not ended there. */
const LONG_MS = 13_000;
const LONG_RUNS = 9;
const BEFORE_FREEZE_MS = 3_000;
/** A claim that was under way when its worker was frozen has no run, so it has no end either. */
const CLAIM_MS = 1_000;

/** Long runs on every worker: some may be started again, others must end as unknown. */
async function submitLongRuns(rig: Rig): Promise<void> {
  const random = rig.random('long runs');
  const kinds: WorkKind[] = ['slow', 'slow-unsafe'];
  const works = Array.from({ length: LONG_RUNS }, () =>
    kinds.map((kind) => buildWork(kind, random, { sinkUrl: rig.sinkUrl, slowMs: LONG_MS })),
  );
  await Promise.all(works.flat().map((work) => rig.load.submit(work)));
}

/** Freezes the worker with most of the runs that must end as unknown: a zombie could overwrite such an end. */
async function freezeOne(rig: Rig): Promise<void> {
  await delay(BEFORE_FREEZE_MS);
  const [zombie] = await waitForBusyWorkers(rig, 'slow-unsafe');
  if (!zombie) return;
  rig.strikes.push({ worker: zombie.workerName, at: Date.now() });
  zombie.freeze();
  await delay(FROZEN_MS);
  zombie.thaw();
}

export default defineRow({
  id: 'F2',
  title: 'a worker frozen for three leases comes back',
  quiescenceSeconds: 45,
  async run(rig) {
    await Promise.all([
      rig.load.arrive({ rate: RATE, seconds: rig.seconds(SECONDS), mix: USUAL_MIX }),
      submitLongRuns(rig).then(() => freezeOne(rig)),
    ]);
  },
  async check({ documents }, rig) {
    const [strike] = rig.strikes;
    const lostRuns = documents.filter(({ attempts }) =>
      attempts.some(
        ({ worker, outcome, startedAt }) =>
          worker === strike?.worker && outcome === 'crashed' && startedAt.getTime() < strike.at - CLAIM_MS,
      ),
    );
    const superseded = await sumMetric(rig, 'mcp_superseded_total');
    rig.measured['zombie runs'] = lostRuns.length;
    if (lostRuns.length === 0) return [inconclusive('the frozen worker ran nothing')];
    // It lost all of its runs, so each of its ends must have been refused.
    if (superseded >= lostRuns.length) return [];
    return [
      { rule: 'superseded-not-counted', detail: `${superseded} of ${lostRuns.length} ends were refused` },
    ];
  },
});

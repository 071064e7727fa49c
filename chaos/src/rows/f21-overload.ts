import { END_STATUSES } from '@mcp-server/shared';
import { waitFor } from '@mcp-server/testing';

import type { Mix } from '../load/work.ts';
import type { Rig } from '../rig/rig.ts';
import { inconclusive } from './inconclusive.ts';
import { defineRow } from './row.ts';

const CONCURRENCY = 2;
const WORKERS = 3;
const RUN_MS = 200;
/** Capacity of the fleet in runs per second. */
const CAPACITY = (CONCURRENCY * WORKERS * 1_000) / RUN_MS;
const OVERLOAD = 5;
const SECONDS = 20;
/** A few seconds of work; more is refused. */
const MAX_UNFINISHED = CAPACITY * 4;
const MIX: Mix = { slow: 1 };
const DRAIN_MS = 60_000;

const countEnded = (rig: Rig): Promise<number> =>
  rig.models.ExecutionModel.countDocuments({ status: { $in: END_STATUSES } });

export default defineRow({
  id: 'F21',
  title: 'five times more work than the fleet can do, then none',
  isQuick: false,
  quiescenceSeconds: 60,
  slowMs: RUN_MS,
  apiEnv: { MAX_UNFINISHED: String(MAX_UNFINISHED), MAX_UNFINISHED_PER_USER: String(MAX_UNFINISHED / 2) },
  workerEnv: { WORKER_CONCURRENCY: String(CONCURRENCY) },
  async run(rig) {
    const seconds = rig.seconds(SECONDS);
    await rig.load.arrive({ rate: CAPACITY * OVERLOAD, seconds, mix: MIX, isPatient: false });
    const goodput = (await countEnded(rig)) / seconds;
    rig.measured['goodput in % of capacity'] = Math.round((goodput / CAPACITY) * 100);
    await rig.load.settled();
    const startedAt = performance.now();
    await waitFor(
      'the backlog to drain',
      async () => (await rig.models.ExecutionModel.exists({ settledAt: { $exists: false } })) === null,
      DRAIN_MS,
    );
    rig.measured['ms to drain'] = Math.round(performance.now() - startedAt);
  },
  check({ troubles }, { measured }) {
    const refusals = troubles.filter(({ kind }) => kind === 'status');
    measured['refused'] = refusals.length;
    const silent = refusals.filter(({ retryAfterMs }) => retryAfterMs === 0);
    return [
      ...silent.map(({ key, detail }) => ({ rule: 'no-retry-after', id: key, detail })),
      ...(refusals.length > 0 ? [] : [inconclusive('no request was refused')]),
    ];
  },
});

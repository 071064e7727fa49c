import { setTimeout as delay } from 'node:timers/promises';

import { shiftedClock } from '@mcp-server/testing';

import { USUAL_MIX } from '../load/work.ts';
import type { Rig } from '../rig/rig.ts';
import { inconclusive } from './inconclusive.ts';
import { defineRow } from './row.ts';

const HOUR_MS = 3_600_000;
const RATE = 20;
const SECONDS = 18;
const BEFORE_MS = 3_000;
const AWAY_MS = 8_000;
const RESCUED_WITHIN_MS = 30_000;

let correctedAt = 0;
let deferredIds: string[] = [];

/** Ids of executions whose jobs are due in the far future, by the clock that was wrong. */
async function findDeferred({ queue, redis }: Rig): Promise<string[]> {
  const far = (Date.now() + HOUR_MS / 2) * 0x1000;
  const ids = await redis.zrangebyscore(queue.toKey('delayed'), far, '+inf');
  return ids.map((id) => id.slice(0, id.lastIndexOf('-')));
}

/** Cuts the workers off the database, so that they defer their jobs, and corrects their clocks before it is back. */
async function correctClocks(rig: Rig): Promise<void> {
  await delay(BEFORE_MS);
  for (const { mongodb } of rig.workers) {
    mongodb.setFault({ kind: 'drop' });
    mongodb.resetAll();
  }
  await delay(AWAY_MS);
  deferredIds = await findDeferred(rig);
  for (const worker of rig.workers) worker.correctClock();
  correctedAt = Date.now();
  for (const { mongodb } of rig.workers) mongodb.setFault({ kind: 'none' });
}

export default defineRow({
  id: 'F36',
  title: 'clocks an hour ahead are corrected while the database is away',
  isQuick: false,
  workerEnv: shiftedClock(HOUR_MS),
  quiescenceSeconds: 60,
  async run(rig) {
    await Promise.all([
      rig.load.arrive({ rate: RATE, seconds: rig.seconds(SECONDS), mix: USUAL_MIX }),
      correctClocks(rig),
    ]);
  },
  check({ documents }, { measured }) {
    const deferred = new Set(deferredIds);
    const rescued = documents.filter(({ _id }) => deferred.has(_id));
    const waits = rescued.map(({ endedAt }) => (endedAt ? endedAt.getTime() - correctedAt : Infinity));
    const longest = Math.max(0, ...waits);
    measured['jobs deferred by an hour'] = deferred.size;
    measured['longest wait after the correction in ms'] = longest;
    if (deferred.size === 0) return [inconclusive('no job was deferred before the clocks were corrected')];
    if (longest <= RESCUED_WITHIN_MS) return [];
    return [{ rule: 'late-rescue', detail: `${longest} ms is above ${RESCUED_WITHIN_MS} ms` }];
  },
});

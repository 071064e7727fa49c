import { listWorkerSightings, readDatabaseTime } from '@mcp-server/shared';

import { defineCheck, fail, type Finding, unlessWrong, warn } from '../check.ts';
import type { Patient } from '../patient.ts';

/** Leases are judged by the database's clock, delays of the queue by the workers' own: so far apart they may be. */
const SKEW_MS = { warn: 2_000, fail: 5_000 };
const SYNC = 'keep the time of that machine by NTP';

interface Clock {
  name: string;
  /** Ahead of the database's. */
  aheadMs: number;
}

/** By how much a clock is ahead of this process's, taken in the middle of the question. */
async function aheadOfOurs(read: () => Promise<number>): Promise<number> {
  const askedAt = Date.now();
  const theirs = await read();
  return theirs - (askedAt + Date.now()) / 2;
}

async function readRedis({ redis }: Patient): Promise<number> {
  const [seconds, microseconds] = await redis.time();
  return Number(seconds) * 1_000 + Number(microseconds) / 1_000;
}

/** A worker writes its own time beside the database's whenever it announces itself. */
async function readWorkers({ models }: Patient): Promise<Clock[]> {
  const sightings = await listWorkerSightings(models.WorkerModel);
  return sightings.map(({ worker: { _id, updatedAt, seenAt } }) => ({
    name: `worker ${_id}`,
    aheadMs: updatedAt.getTime() - seenAt.getTime(),
  }));
}

function judge({ name, aheadMs }: Clock): Finding[] {
  const seconds = (Math.abs(aheadMs) / 1_000).toFixed(1);
  const found = `the clock of ${name} is ${seconds} s ${aheadMs > 0 ? 'ahead of' : 'behind'} the database's`;
  if (Math.abs(aheadMs) >= SKEW_MS.fail) return [fail(found, SYNC)];
  return Math.abs(aheadMs) >= SKEW_MS.warn ? [warn(found, SYNC)] : [];
}

export default defineCheck({
  needs: ['mongodb'],
  async look(patient) {
    const database = await aheadOfOurs(async () =>
      (await readDatabaseTime(patient.models.UserModel)).getTime(),
    );
    const clocks: Clock[] = [{ name: 'this machine', aheadMs: -database }, ...(await readWorkers(patient))];
    if (patient.isUp.redis) {
      const redis = await aheadOfOurs(() => readRedis(patient));
      clocks.push({ name: 'Redis', aheadMs: redis - database });
    }
    return unlessWrong(clocks.flatMap(judge), `${clocks.length} clocks agree with the database's`);
  },
});

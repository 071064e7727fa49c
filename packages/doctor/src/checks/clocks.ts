import { listWorkerSightings, readDatabaseTime } from '@mcp-server/shared';

import { defineCheck, fail, type Finding, problemsOr, warn } from '../check.ts';
import type { Installation } from '../installation.ts';

/** Tolerated skew: leases use the database's clock, delays of the queue the workers' clocks. */
const SKEW_MS = { warn: 2_000, fail: 5_000 };
/** A busy worker's announcement can take seconds to arrive, which looks like a slow clock. */
const WORKER_SKEW_MS = { warn: 10_000, fail: 60_000 };
const READS = 3;
const SYNC = 'synchronize that machine with NTP';

interface Clock {
  name: string;
  /** Milliseconds ahead of the database. */
  aheadMs: number;
  limits: typeof SKEW_MS;
}

interface Reading {
  aheadMs: number;
  /** Error margin: half of the round trip. */
  marginMs: number;
}

/** Measures how far a clock is ahead of this process's, from the fastest of a few reads. */
async function measureAhead(read: () => Promise<number>): Promise<Reading> {
  let best: Reading | undefined;
  for (let round = 0; round < READS; round += 1) {
    const askedAt = Date.now();
    const theirs = await read();
    const marginMs = (Date.now() - askedAt) / 2;
    if (!best || marginMs < best.marginMs) best = { aheadMs: theirs - askedAt - marginMs, marginMs };
  }
  return best ?? { aheadMs: 0, marginMs: 0 };
}

/** Returns the part of a difference that exceeds the error margin. */
const certain = (aheadMs: number, marginMs: number): number =>
  Math.sign(aheadMs) * Math.max(0, Math.abs(aheadMs) - marginMs);

async function readRedis({ redis }: Installation): Promise<number> {
  const [seconds, microseconds] = await redis.time();
  return Number(seconds) * 1_000 + Number(microseconds) / 1_000;
}

/** Every announcement of a worker carries the worker's own time and the database's. */
async function readWorkers({ models }: Installation): Promise<Clock[]> {
  const sightings = await listWorkerSightings(models.WorkerModel);
  return sightings.map(({ worker: { _id, updatedAt, seenAt } }) => ({
    name: `worker ${_id}`,
    aheadMs: updatedAt.getTime() - seenAt.getTime(),
    limits: WORKER_SKEW_MS,
  }));
}

function judge({ name, aheadMs, limits }: Clock): Finding[] {
  const seconds = (Math.abs(aheadMs) / 1_000).toFixed(1);
  const fact = `the clock of ${name} is ${seconds} s ${aheadMs > 0 ? 'ahead of' : 'behind'} the database`;
  if (Math.abs(aheadMs) >= limits.fail) return [fail(fact, SYNC)];
  return Math.abs(aheadMs) >= limits.warn ? [warn(fact, SYNC)] : [];
}

export default defineCheck({
  needs: ['mongodb'],
  async run(installation) {
    const database = await measureAhead(async () =>
      (await readDatabaseTime(installation.models.UserModel)).getTime(),
    );
    const clocks: Clock[] = [
      { name: 'this machine', aheadMs: certain(-database.aheadMs, database.marginMs), limits: SKEW_MS },
      ...(await readWorkers(installation)),
    ];
    if (installation.isUp.redis) {
      const redis = await measureAhead(() => readRedis(installation));
      const aheadMs = certain(redis.aheadMs - database.aheadMs, redis.marginMs + database.marginMs);
      clocks.push({ name: 'Redis', aheadMs, limits: SKEW_MS });
    }
    return problemsOr(clocks.flatMap(judge), `${clocks.length} clocks agree with the database`);
  },
});

import { setTimeout as delay } from 'node:timers/promises';

import type { ExecutionRecord } from '@mcp-server/shared';
import { waitFor } from '@mcp-server/testing';

import type { Violation } from '../checker/run-record.ts';
import { buildWork } from '../load/work.ts';
import type { Rig } from '../rig/rig.ts';
import { inconclusive } from './inconclusive.ts';
import { defineRow } from './row.ts';

const RUN_MS = 100;
const CONCURRENCY = 2;
const FLOOD = 1_500;
/** Requests of the flood under way at once. */
const AT_ONCE = 40;
const BATCH = 20;
const BATCHES = ['behind a flood', 'after Redis was wiped', 'after a worker was killed'];
/** Starts of others while a batch waits: one turn for each of its executions, and what had been taken before. */
const MAX_BEFORE_LAST = 60;
/** All unfinished work is enqueued again by then. */
const RESTORED_MS = 6_000;

async function flood(rig: Rig): Promise<void> {
  const random = rig.random('flood');
  for (let sent = 0; sent < FLOOD; sent += AT_ONCE) {
    const works = Array.from({ length: AT_ONCE }, () => buildWork('slow', random, rigWork(rig)));
    await Promise.all(works.map((work) => rig.load.submit(work, rig.users[0])));
  }
}

const rigWork = ({ sinkUrl }: Rig) => ({ sinkUrl, slowMs: RUN_MS });

/** A few executions of another user; resolves when all have started. */
async function submitBatch(rig: Rig): Promise<void> {
  const random = rig.random(`batch ${rig.load.accepted}`);
  const works = Array.from({ length: BATCH }, () => buildWork('slow', random, rigWork(rig)));
  const lines = await Promise.all(works.map((work) => rig.load.submit(work, rig.users[1])));
  const ids = lines.flatMap(({ id }) => (id === undefined ? [] : [id]));
  await waitFor(
    'the batch to start',
    async () => {
      const waiting = { _id: { $in: ids }, status: 'queued' as const };
      return (await rig.models.ExecutionModel.countDocuments(waiting)) === 0;
    },
    60_000,
  );
}

/** Starts of others between the acceptance of a batch and its last start. */
function findWait(batch: readonly ExecutionRecord[], others: readonly ExecutionRecord[]) {
  const startOf = ({ attempts }: ExecutionRecord) => attempts[0]?.startedAt.getTime() ?? Infinity;
  const acceptedAt = Math.max(...batch.map(({ createdAt }) => createdAt.getTime()));
  const lastStart = Math.max(...batch.map(startOf));
  const starts = others.map(startOf);
  return {
    before: starts.filter((start) => start > acceptedAt && start < lastStart).length,
    isContended: starts.some((start) => start > lastStart),
  };
}

export default defineRow({
  id: 'F41',
  title: 'a few executions behind the flood of another user, with Redis wiped and a worker killed',
  isQuick: false,
  slowMs: RUN_MS,
  quiescenceSeconds: 90,
  workerEnv: { WORKER_CONCURRENCY: String(CONCURRENCY) },
  async run(rig) {
    await flood(rig);
    await submitBatch(rig);
    await rig.redis.flushall();
    await delay(RESTORED_MS);
    await submitBatch(rig);
    const [worker] = rig.workers;
    await worker?.kill();
    await submitBatch(rig);
    await worker?.start();
  },
  check({ documents }, rig) {
    const owners = Map.groupBy(documents, ({ ownerId }) => ownerId);
    const [others = [], few = []] = [...owners.values()].toSorted((one, two) => two.length - one.length);
    const inOrder = few.toSorted((one, two) => one.createdAt.getTime() - two.createdAt.getTime());
    return BATCHES.flatMap((name, index): Violation[] => {
      const { before, isContended } = findWait(inOrder.slice(index * BATCH, (index + 1) * BATCH), others);
      rig.measured[`starts of others ${name}`] = before;
      if (!isContended) return [inconclusive(`nothing of the flood was left ${name}`)];
      if (before <= MAX_BEFORE_LAST) return [];
      return [{ rule: 'no-turns', detail: `${before} others started before the last of a batch ${name}` }];
    });
  },
});

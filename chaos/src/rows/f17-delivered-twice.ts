import { setTimeout as delay } from 'node:timers/promises';

import { type ExecutionRecord, type ExecutionStatus, jobId, queueName } from '@mcp-server/shared';
import { waitFor } from '@mcp-server/testing';

import { buildWork, USUAL_MIX } from '../load/work.ts';
import type { Rig } from '../rig/rig.ts';
import { defineRow } from './row.ts';

const RATE = 30;
const SECONDS = 20;
const VICTIMS = 60;
const SLOW_MS = 3_000;
/** Pause between two tricks. */
const PAUSE_MS = 1_000;
/** The highest priority. */
const URGENT = 1;
const JOB_NAME = 'chaos.slow';

type Victim = Pick<ExecutionRecord, '_id' | 'seq' | 'pool'>;

/** Puts the id of an active job back into the waiting list, like a faulty script. */
async function pushAgain(rig: Rig, { _id, seq, pool }: Victim): Promise<void> {
  await rig.redis.rpush(`${rig.prefix}:${queueName(pool)}:wait`, jobId(_id, seq));
}

/** Adds the same execution under the job id of a delivery that was never requested. */
async function addForeign(rig: Rig, { _id, seq }: Victim): Promise<void> {
  await rig.queue.add(JOB_NAME, { executionId: _id }, { jobId: jobId(_id, seq + 1), priority: URGENT });
}

/** Deletes the job with its lock and adds it under the same id. */
async function addAfterRemoval(rig: Rig, { _id, seq, pool }: Victim): Promise<void> {
  const [key, id] = [`${rig.prefix}:${queueName(pool)}`, jobId(_id, seq)];
  await rig.redis.multi().lrem(`${key}:active`, 0, id).del(`${key}:${id}`, `${key}:${id}:lock`).exec();
  await rig.queue.add(JOB_NAME, { executionId: _id }, { jobId: id, priority: URGENT });
}

/** The same for a job that is not active; an active one stays. */
async function addAfterEnd(rig: Rig, { _id, seq }: Victim): Promise<void> {
  const id = jobId(_id, seq);
  const isRemoved = await rig.queue.remove(id);
  if (isRemoved === 1)
    rig.measured['added after their end'] = (rig.measured['added after their end'] ?? 0) + 1;
  await rig.queue.add(JOB_NAME, { executionId: _id }, { jobId: id, priority: URGENT });
}

const TRICKS = { pushAgain, addForeign, addAfterRemoval };

async function deliverAgain(rig: Rig): Promise<void> {
  const random = rig.random('victims');
  const options = { sinkUrl: rig.sinkUrl, slowMs: SLOW_MS };
  const lines = await Promise.all(
    Array.from({ length: VICTIMS }, () => rig.load.submit(buildWork('slow', random, options))),
  );
  const ids = lines.flatMap(({ id }) => id ?? []);
  const find = (status: ExecutionStatus) =>
    rig.models.ExecutionModel.find({ _id: { $in: ids }, status }, { seq: 1, pool: 1 }).lean<Victim[]>();
  const running = await waitFor('the victims to run', async () => {
    const executions = await find('running');
    return executions.length > VICTIMS / 2 && executions;
  });
  rig.measured['active victims'] = running.length;
  const tricks = Object.values(TRICKS);
  await Promise.all(running.map(async (victim, index) => tricks[index % tricks.length]?.(rig, victim)));
  await waitFor('the victims to end', async () => (await find('completed')).length === ids.length, 60_000);
  await delay(PAUSE_MS);
  // Repeat it after their end: none of these may start.
  await Promise.all((await find('completed')).map((victim) => addAfterEnd(rig, victim)));
}

export default defineRow({
  id: 'F17',
  title: 'jobs delivered twice on purpose: pushed again, added again, added under another id',
  isQuick: false,
  quiescenceSeconds: 45,
  async run(rig) {
    await Promise.all([
      rig.load.arrive({ rate: RATE, seconds: rig.seconds(SECONDS), mix: USUAL_MIX }),
      deliverAgain(rig),
    ]);
  },
  check({ documents }) {
    // No process died and no lease lapsed, so each must have started exactly once.
    const again = documents.filter(({ action, epoch }) => action === 'slow' && epoch > 1);
    return again.map(({ _id: id, attempts }) => ({
      rule: 'started-again',
      id,
      detail: JSON.stringify(attempts),
    }));
  },
});

import { randomUUID } from 'node:crypto';

import { waitFor } from '@mcp-server/testing';
import { Queue } from 'bullmq';

import { runClosedLoop } from '../drive/closed-loop.ts';
import { type Case, perUnit } from './case.ts';

const JOBS = 10_000;
const IN_FLIGHT = 50;
const CONCURRENCY = 50;
const QUEUE = 'raw';
/** The same as in the product. */
const KEEP = { age: 3_600, count: 1_000 };

export const rawBullmq: Case = {
  name: 'raw-bullmq',
  title: `BullMQ alone: add with ${IN_FLIGHT} in flight, one worker process with concurrency ${CONCURRENCY}`,
  async open(stage, { scale }) {
    const { redisUrl } = stage.space;
    const prefix = `${stage.space.prefix}-raw`;
    await stage.startRaw('bullmq-worker.ts', [redisUrl, prefix, QUEUE, String(CONCURRENCY)]);
    const queue = new Queue(QUEUE, { connection: { url: redisUrl }, prefix });
    stage.defer(() => queue.close());
    const count = Math.ceil(JOBS * scale);

    return async () => {
      const { tookMs, cpu } = await stage.measure(async () => {
        await runClosedLoop({ count, inFlight: IN_FLIGHT }, async () => {
          await queue.add('job', { executionId: randomUUID() }, { removeOnComplete: KEEP });
        });
        await waitFor('an empty queue', async () => {
          const counts = await queue.getJobCounts('wait', 'active');
          return counts['wait'] === 0 && counts['active'] === 0;
        });
      });
      return {
        'jobs/s': (count / tookMs) * 1_000,
        'total CPU ms': (cpu.bench + cpu.raw + cpu.redis) / count,
        ...perUnit(cpu, count, ['bench', 'raw', 'redis']),
      };
    };
  },
};

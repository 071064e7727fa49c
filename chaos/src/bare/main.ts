// A bare BullMQ worker, with the lock times of the product's: `main.ts REDIS_URL PREFIX`. Its jobs never end, and it prints
// a line when it starts one.
import { Worker } from 'bullmq';

import { exitWithParent } from '../exit-with-parent.ts';
import { BARE_QUEUE } from './queue.ts';

const LOCK_MS = 5_000;
const STALLED_CHECK_MS = 1_000;
const CONCURRENCY = 50;

const [url = '', prefix = ''] = process.argv.slice(2);
const print = (line: Record<string, unknown>): void => void process.stdout.write(`${JSON.stringify(line)}\n`);

const worker = new Worker(
  BARE_QUEUE,
  (job) => {
    print({ msg: 'bare job started', job: job.id, at: Date.now() });
    return new Promise(() => undefined);
  },
  {
    connection: { url, maxRetriesPerRequest: null },
    prefix,
    concurrency: CONCURRENCY,
    lockDuration: LOCK_MS,
    stalledInterval: STALLED_CHECK_MS,
    maxStalledCount: Number.MAX_SAFE_INTEGER,
  },
);
worker.on('error', () => undefined);

exitWithParent();
await worker.waitUntilReady();
print({ msg: 'bare worker started' });

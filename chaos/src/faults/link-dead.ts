import { setTimeout as delay } from 'node:timers/promises';

import { NO_FAULT } from '@mcp-server/testing';

import { pick } from '../random.ts';
import { defineFault } from './fault.ts';

const DEAD_MS = { min: 1_000, spread: 6_000 };

/** No data passes between one worker and one of its stores, and no connection is closed. */
export default defineFault({
  async strike(rig, random) {
    const worker = pick(random, rig.workers);
    const proxy = pick(random, [worker.mongodb, worker.redis]);
    proxy.setFault({ kind: 'drop' });
    await delay(DEAD_MS.min + random() * DEAD_MS.spread);
    proxy.setFault(NO_FAULT);
  },
});

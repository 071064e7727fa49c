import { setTimeout as delay } from 'node:timers/promises';

import { NO_FAULT } from '@mcp-server/testing';

import { pick } from '../random.ts';
import { defineFault } from './fault.ts';

const LATE_MS = { min: 20, spread: 180 };
const SLOW_MS = 4_000;

/** Delays the traffic between one process and one of its stores for a while. */
export default defineFault({
  async strike(rig, random) {
    const slot = pick(random, [...rig.apis, ...rig.workers]);
    const proxy = pick(random, [slot.mongodb, slot.redis]);
    proxy.setFault({ kind: 'delay', ms: Math.round(LATE_MS.min + random() * LATE_MS.spread) });
    await delay(SLOW_MS);
    proxy.setFault(NO_FAULT);
  },
});

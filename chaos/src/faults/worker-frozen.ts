import { setTimeout as delay } from 'node:timers/promises';

import { pick } from '../random.ts';
import { defineFault } from './fault.ts';

/** From a missed beat or two to more than a lease. */
const FROZEN_MS = { min: 2_000, spread: 7_000 };

export default defineFault({
  async strike(rig, random) {
    const worker = pick(random, rig.workers);
    worker.freeze();
    await delay(FROZEN_MS.min + random() * FROZEN_MS.spread);
    worker.thaw();
  },
});

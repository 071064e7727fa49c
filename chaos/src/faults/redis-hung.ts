import { setTimeout as delay } from 'node:timers/promises';

import { defineFault } from './fault.ts';

const HUNG_MS = { min: 1_000, spread: 5_000 };

export default defineFault({
  async strike({ stores: { redis } }, random) {
    redis.pause();
    await delay(HUNG_MS.min + random() * HUNG_MS.spread);
    redis.resume();
  },
});

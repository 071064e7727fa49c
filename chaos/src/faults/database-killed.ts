import { setTimeout as delay } from 'node:timers/promises';

import { defineFault } from './fault.ts';

const AWAY_MS = { min: 200, spread: 2_000 };

export default defineFault({
  async strike({ stores: { mongodb } }, random) {
    await mongodb.kill();
    await delay(AWAY_MS.min + random() * AWAY_MS.spread);
    await mongodb.restart();
  },
});

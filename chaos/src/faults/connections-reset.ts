import { pick } from '../random.ts';
import { defineFault } from './fault.ts';

/** Resets every connection of one process to one of its stores. */
export default defineFault({
  async strike(rig, random) {
    const slot = pick(random, [...rig.apis, ...rig.workers]);
    pick(random, [slot.mongodb, slot.redis]).resetAll();
  },
});

import { pick } from '../random.ts';
import { defineFault } from './fault.ts';

/** Silences the open connections of one process to one of its stores; new ones pass. */
export default defineFault({
  async strike(rig, random) {
    const slot = pick(random, [...rig.apis, ...rig.workers]);
    pick(random, [slot.mongodb, slot.redis]).silence(pick(random, ['both', 'requests', 'replies']));
  },
});

import { pick } from '../random.ts';
import { defineFault } from './fault.ts';

export default defineFault({
  async strike(rig, random) {
    const worker = pick(random, rig.workers);
    await rig.strike(worker);
    await worker.start();
  },
});

import { pick } from '../random.ts';
import { defineFault } from './fault.ts';

export default defineFault({
  async strike(rig, random) {
    const worker = pick(random, rig.workers);
    const code = await worker.stop();
    if (code !== '0') rig.found.push({ rule: 'unclean-stop', detail: `${worker.name} ended with ${code}` });
    await worker.start();
  },
});

import { pick } from '../random.ts';
import { defineFault } from './fault.ts';

export default defineFault({
  async strike(rig, random) {
    const api = pick(random, rig.apis);
    await api.kill();
    await api.start();
  },
});

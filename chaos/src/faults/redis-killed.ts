import { defineFault } from './fault.ts';

export default defineFault({
  async strike({ stores: { redis } }) {
    await redis.kill();
    await redis.restart();
  },
});

import { defineFault } from './fault.ts';

export default defineFault({
  async strike({ redis }) {
    await redis.flushall();
  },
});

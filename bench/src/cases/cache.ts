import { quantile, runClosedLoop } from '../drive/closed-loop.ts';
import type { Product } from '../rig/product.ts';
import type { Case } from './case.ts';

const CALLS = 1_000;
const CONNECTIONS = 32;

/** The same calls twice: the first time each runs, the second time its result is used again. */
export const buildCache = (product: Product): Case => ({
  name: 'cache',
  title: `synchronous POST /mcp/execute of an action with a cache, ${CONNECTIONS} connections: new calls, then the same`,
  open(_stage, { scale }) {
    const count = Math.ceil(CALLS * scale);
    let round = 0;

    return Promise.resolve(async () => {
      const client = product.openClient(CONNECTIONS);
      const prefix = `${(round += 1)}`;
      const callAll = async (isHit: boolean) => {
        const startedAt = performance.now();
        const times = await runClosedLoop({ count, inFlight: CONNECTIONS }, async (index) => {
          const payload = { message: `${prefix} ${index}` };
          const answer = await client.send('POST', '/mcp/execute', {
            plugin: 'cached',
            action: 'echo',
            payload,
          });
          if ((answer['cached'] === true) !== isHit)
            throw new Error(`not a ${isHit ? 'hit' : 'miss'}: ${JSON.stringify(answer)}`);
        });
        return { perSecond: (count / (performance.now() - startedAt)) * 1_000, p50: quantile(times, 0.5) };
      };
      const misses = await callAll(false);
      const hits = await callAll(true);
      await client.close();
      return {
        'misses/s': misses.perSecond,
        'hits/s': hits.perSecond,
        'miss p50 ms': misses.p50,
        'hit p50 ms': hits.p50,
      };
    });
  },
});

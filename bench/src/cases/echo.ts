import { quantile, runClosedLoop } from '../drive/closed-loop.ts';
import type { Product } from '../rig/product.ts';
import type { Case } from './case.ts';

const CALLS = { one: 300, many: 1_500 };

/** Synchronous `POST /mcp/execute`: the response contains the result. */
export const buildEcho = (product: Product, connections: number): Case => ({
  name: `echo-${connections}`,
  title: `synchronous POST /mcp/execute of sample.echo, ${connections} connection${connections === 1 ? '' : 's'}`,
  async open(_stage, { scale }) {
    const count = Math.ceil((connections === 1 ? CALLS.one : CALLS.many) * scale);

    return async () => {
      const client = product.openClient(connections);
      const startedAt = performance.now();
      const times = await runClosedLoop({ count, inFlight: connections }, async (index) => {
        const message = `message ${index}`;
        const answer = await client.send('POST', '/mcp/execute', {
          plugin: 'sample',
          action: 'echo',
          payload: { message },
        });
        if ((answer['result'] as { message?: unknown })?.message !== message) {
          throw new Error(`not the echoed message: ${JSON.stringify(answer)}`);
        }
      });
      const tookMs = performance.now() - startedAt;
      await client.close();
      return {
        'p50 ms': quantile(times, 0.5),
        'p99 ms': quantile(times, 0.99),
        'calls/s': (count / tookMs) * 1_000,
      };
    };
  },
});

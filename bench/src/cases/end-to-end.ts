import { runClosedLoop } from '../drive/closed-loop.ts';
import type { Product } from '../rig/product.ts';
import type { Stage } from '../rig/stage.ts';
import { type Case, type Figures, perUnit } from './case.ts';

const EXECUTIONS = 3_000;
const IN_FLIGHT = 50;
const PARTIES = ['api', 'worker', 'database', 'gateway', 'redis'] as const;

/** Sends executions without waiting for them, and resolves when all of them have ended. */
export async function runExecutions(product: Product, count: number): Promise<{ acceptedMs: number }> {
  const client = product.openClient(IN_FLIGHT);
  const target = product.ended() + count;
  const startedAt = performance.now();
  await runClosedLoop({ count, inFlight: IN_FLIGHT }, async (index) => {
    await client.send('POST', '/mcp/execute', {
      plugin: 'sample',
      action: 'echo',
      payload: { message: `message ${index}` },
      wait: 0,
    });
  });
  const acceptedMs = performance.now() - startedAt;
  await client.close();
  await product.untilEnded(target);
  return { acceptedMs };
}

/** Measures from the HTTP request to the stored end state, with one API and one worker. */
export const buildEndToEnd = (product: Product): Case => ({
  name: 'end-to-end',
  title: `executions of sample.echo over POST /mcp/execute, ${IN_FLIGHT} in flight, until their ends are stored`,
  async open(stage: Stage, { scale }) {
    const count = Math.ceil(EXECUTIONS * scale);

    return async (): Promise<Figures> => {
      let acceptedMs = 0;
      const { tookMs, cpu } = await stage.measure(async () => {
        ({ acceptedMs } = await runExecutions(product, count));
      });
      const total = [...PARTIES, 'bench' as const].reduce((sum, party) => sum + cpu[party], 0);
      return {
        'executions/s': (count / tookMs) * 1_000,
        'accepted/s': (count / acceptedMs) * 1_000,
        'total CPU ms': total / count,
        'own CPU ms': (cpu.api + cpu.worker) / count,
        ...perUnit(cpu, count, [...PARTIES, 'bench']),
      };
    };
  },
});

import { quantile, runClosedLoop } from '../drive/closed-loop.ts';
import { openHttpClient } from '../drive/http-client.ts';
import { type Case, perUnit } from './case.ts';

const REQUESTS = 10_000;
const CONNECTIONS = 50;

export const rawFastify: Case = {
  name: 'raw-fastify',
  title: `Fastify alone: a POST that parses JSON and answers, ${CONNECTIONS} connections`,
  async open(stage, { scale }) {
    const server = await stage.startRaw('fastify-server.ts', []);
    const client = openHttpClient(String(server.started['url']), { connections: CONNECTIONS });
    stage.defer(() => client.close());
    const count = Math.ceil(REQUESTS * scale);

    return async () => {
      let times: number[] = [];
      const { tookMs, cpu } = await stage.measure(async () => {
        times = await runClosedLoop({ count, inFlight: CONNECTIONS }, async (index) => {
          await client.send('POST', '/', {
            plugin: 'sample',
            action: 'echo',
            payload: { message: `m${index}` },
          });
        });
      });
      return {
        'requests/s': (count / tookMs) * 1_000,
        'p50 ms': quantile(times, 0.5),
        'p99 ms': quantile(times, 0.99),
        ...perUnit(cpu, count, ['raw']),
      };
    };
  },
};

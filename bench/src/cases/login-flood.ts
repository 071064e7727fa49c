import { setTimeout as delay } from 'node:timers/promises';

import { quantile, runClosedLoop } from '../drive/closed-loop.ts';
import type { Product } from '../rig/product.ts';
import type { Case, Figures } from './case.ts';

const LOGINS_AT_ONCE = 50;
const REQUESTS = 300;
/** As the refusal asks. */
const RETRY_AFTER_MS = 1_000;

/** Creates tasks alone, and again while many sign in; the process that hashes must leave the API its time. */
export const buildLoginFlood = (product: Product): Case => ({
  name: 'login-flood',
  title: `tasks created alone, and while ${LOGINS_AT_ONCE} sign in at once, one connection`,
  open(_stage, { scale }) {
    const count = Math.ceil(REQUESTS * scale);

    return Promise.resolve(async (): Promise<Figures> => {
      const client = product.openClient(1);
      const createTasks = () =>
        runClosedLoop({ count, inFlight: 1 }, async (index) => {
          const work = { plugin: 'sample', action: 'echo', payload: { message: 'flood' } };
          await client.send('POST', '/api/tasks', { title: `flood ${index}`, ...work });
        });
      const alone = await createTasks();
      const { flooded, logins } = await duringLogins(product, createTasks);
      await client.close();
      const [aloneP99, floodedP99] = [quantile(alone, 0.99), quantile(flooded, 0.99)];
      return {
        'alone p99 ms': aloneP99,
        'flooded p99 ms': floodedP99,
        'flooded p99 in times of alone': floodedP99 / aloneP99,
        logins,
      };
    });
  },
});

/** Signs in over and over while `work` runs; a refused one is retried when its answer says so. */
async function duringLogins(
  product: Product,
  work: () => Promise<number[]>,
): Promise<{ flooded: number[]; logins: number }> {
  const client = product.openAnonymousClient(LOGINS_AT_ONCE);
  const over = new AbortController();
  let logins = 0;
  const lanes = Array.from({ length: LOGINS_AT_ONCE }, async () => {
    while (!over.signal.aborted) {
      try {
        await client.send('POST', '/api/auth/login', product.credentials);
        logins += 1;
      } catch {
        await delay(RETRY_AFTER_MS);
      }
    }
  });
  const flooded = await work();
  over.abort();
  await Promise.all(lanes);
  await client.close();
  if (logins === 0) throw new Error('no sign-in succeeded');
  return { flooded, logins };
}

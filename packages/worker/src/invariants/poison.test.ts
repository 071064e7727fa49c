import { openFleet } from '@mcp-server/testing';
import t from 'tap';

const FAST = { LEASE_MS: '1000', BEAT_MS: '200', STALLED_CHECK_MS: '250', SWEEP_MS: '250' };

for (const action of ['exit', 'late-throw']) {
  t.test(
    `a poison action (${action}) ends as crashed after three crashes and takes no neighbour with it`,
    async (t) => {
      const { startWorker, submit, reach, read } = await openFleet(t);
      const over = new AbortController();
      const keepOneUp = async () => {
        while (!over.signal.aborted) {
          const worker = await startWorker(FAST);
          await new Promise((resolve) => void worker.child.once('exit', resolve));
        }
      };
      // Ends with the teardown, which kills the last two.
      void Promise.all([keepOneUp(), keepOneUp()]).catch(() => undefined);
      const neighbours = await Promise.all(
        Array.from({ length: 100 }, () => submit({ action: 'sleep', payload: '{"ms":300}' })),
      );
      const poison = await submit({ plugin: 'fixture', action, payload: '{}', priority: 'urgent' });

      const ended = await reach(poison, 'failed', 60_000);
      for (const id of neighbours) await reach(id, 'completed', 60_000);
      over.abort();

      t.match(ended, { failure: { kind: 'crashed' }, crashes: 3 });
      const crashes = await Promise.all(neighbours.map(async (id) => (await read(id)).crashes));
      t.ok(Math.max(...crashes) < 3, `most crashes of a neighbour: ${Math.max(...crashes)}`);
    },
  );
}

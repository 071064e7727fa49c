import { listWorkerSightings } from '@mcp-server/shared';
import { openFleet, waitFor } from '@mcp-server/testing';
import t from 'tap';

t.test('a worker is listed while it lives, and leaves the list when it stops', async (t) => {
  const { space, startWorker, submit, reach } = await openFleet(t);
  const worker = await startWorker({ WORKER_CONCURRENCY: '7', WORKER_GRACE_MS: '1500' });
  const list = () => listWorkerSightings(space.models.WorkerModel);
  await waitFor('the worker', async () => (await list()).length === 1);
  const id = await submit({ action: 'sleep', payload: '{"ms":20000}' });
  await reach(id, 'running');

  await waitFor('its run', async () => (await list())[0]?.worker.running === 1);
  t.match(await list(), [
    {
      worker: {
        _id: worker.started['worker'],
        pid: worker.pid,
        pools: ['default'],
        slots: 7,
        state: 'running',
      },
    },
  ]);
  t.ok((await list())[0]?.worker.plugins.includes('sample@1.0.0'));
  const ended = worker.end('SIGTERM');
  await waitFor('it to drain', async () => (await list())[0]?.worker.state === 'draining');
  t.match(await ended, { code: 0 });
  t.same(await list(), []);
});

t.test('a killed worker stays in the list, with a growing time since it was seen', async (t) => {
  const { space, startWorker } = await openFleet(t);
  const worker = await startWorker();
  const unseenMs = async () => (await listWorkerSightings(space.models.WorkerModel))[0]?.unseenMs ?? 0;
  await waitFor('the worker', () =>
    space.models.WorkerModel.exists({ _id: String(worker.started['worker']) }),
  );

  await worker.end('SIGKILL');

  await waitFor('it to be missed', async () => (await unseenMs()) > 3_000);
});

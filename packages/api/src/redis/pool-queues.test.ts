import { buildTickQueue, createRedis, PoolQueues } from '@mcp-server/shared';
import { startOwnRedis, waitFor } from '@mcp-server/testing';
import t from 'tap';

t.test('queues that are opened while Redis hangs work once it is back', async (t) => {
  const { url, control } = await startOwnRedis(t);
  const redis = createRedis(url, 'producer', () => undefined);
  await waitFor('Redis', () => redis.status === 'ready');
  control.pause();
  const pools = new PoolQueues(redis, 'first-contact', () => undefined);
  const ticks = buildTickQueue(redis, 'first-contact');
  t.teardown(async () => {
    await Promise.allSettled([pools.close(), ticks.close()]);
    redis.disconnect();
  });

  // BullMQ would keep a failed first contact forever; the options of these queues make none.
  await t.rejects(pools.of('default').isPaused());
  await t.rejects(ticks.isPaused());
  control.resume();

  await waitFor('the queue of the pool', () =>
    pools
      .of('default')
      .isPaused()
      .then(
        () => true,
        () => false,
      ),
  );
  await waitFor('the queue of ticks', () =>
    ticks.isPaused().then(
      () => true,
      () => false,
    ),
  );
});
